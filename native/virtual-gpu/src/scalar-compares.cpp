// Scalar comparisons, operations with a constant in the instruction, mode registers (SOPC, SOPK).
#include "operands.h"

#define SC(nm, TY, e)                                    \
  R_(                                                    \
      "s_cmp_" nm,                                       \
      OP {                                               \
        TY a = (TY)rs(w, o.s[0]), b = (TY)rs(w, o.s[1]); \
        w.scc = (e);                                     \
      },                                                 \
      SH_ND);
#define SCK(nm, TY, CV, e)              \
  R_(                                   \
      "s_cmpk_" nm,                     \
      OP {                              \
        TY a = (TY)rs(w, o.s[0]);       \
        TY b = (TY)(CV)(o.w0 & 0xffff); \
        w.scc = (e);                    \
      },                                \
      SH_ND);
#define SCA(c, e) SC(c "_i32", int32_t, e) SC(c "_u32", uint32_t, e) SCK(c "_i32", int32_t, int16_t, e) SCK(c "_u32", uint32_t, uint16_t, e)
SCA("eq", a == b)
SCA("lg", a != b)
SCA("gt", a > b)
SCA("ge", a >= b)
SCA("lt", a < b)
SCA("le", a <= b)
R_(
    "s_cmp_eq_u64",
    OP {
      w.scc = rs64(w, o.s[0]) == rs64(w, o.s[1]);
    },
    SH_ND);
R_(
    "s_cmp_lg_u64",
    OP {
      w.scc = rs64(w, o.s[0]) != rs64(w, o.s[1]);
    },
    SH_ND);
R_(
    "s_bitcmp0_b32",
    OP {
      w.scc = !(rs(w, o.s[0]) >> (rs(w, o.s[1]) & 31) & 1);
    },
    SH_ND);
R_(
    "s_bitcmp1_b32",
    OP {
      w.scc = rs(w, o.s[0]) >> (rs(w, o.s[1]) & 31) & 1;
    },
    SH_ND);
R_(
    "s_bitcmp0_b64",
    OP {
      w.scc = !(rs64(w, o.s[0]) >> (rs(w, o.s[1]) & 63) & 1);
    },
    SH_ND);
R_(
    "s_bitcmp1_b64",
    OP {
      w.scc = rs64(w, o.s[0]) >> (rs(w, o.s[1]) & 63) & 1;
    },
    SH_ND);
R_("s_setvskip", OP {}, SH_ND);
R_("s_movk_i32", OP {
  ws(w, o.d, (uint32_t)(int16_t)o.w0);
});
R_("s_cmovk_i32", OP {
  if (w.scc) ws(w, o.d, (uint32_t)(int16_t)o.w0);
});
R_("s_addk_i32", OP {
  uint32_t a = w.s[o.d.idx], b = (uint32_t)(int16_t)o.w0, r = a + b;
  w.scc = (~(a ^ b) & (a ^ r)) >> 31;
  ws(w, o.d, r);
});
R_("s_mulk_i32", OP {
  ws(w, o.d, w.s[o.d.idx] * (uint32_t)(int16_t)o.w0);
});
R_("s_getreg_b32", OP {
  uint32_t i = o.w0 & 0xffff, id = i & 63, of = i >> 6 & 31, sz = (i >> 11 & 31) + 1;
  uint32_t x = id == 1 ? w.mode : id == 3 ? (w.scc) : 0;
  x >>= of;
  if (sz < 32) x &= (1u << sz) - 1;
  ws(w, o.d, x);
});
static void setreg(Wave& w, uint32_t i, uint32_t val) {
  uint32_t id = i & 63, of = i >> 6 & 31, sz = (i >> 11 & 31) + 1;
  if (id != 1) return;
  uint32_t m = (sz < 32 ? (1u << sz) - 1 : ~0u) << of;
  w.mode = (w.mode & ~m) | ((val << of) & m);
  vg_set_mxcsr(w.mode);
  w.dx10 = w.mode >> 8 & 1;
}
R_(
    "s_setreg_b32",
    OP {
      setreg(w, o.w0 & 0xffff, rs(w, o.s[1]));
    },
    SH_ND);
R_(
    "s_setreg_imm32_b32",
    OP {
      setreg(w, o.w0 & 0xffff, o.w1);
    },
    SH_ND);
