// Scalar arithmetic and exec-mask operations (SOP1, SOP2).
#include "operands.h"

#define S2(nm, BODY)                                      \
  R_(                                                     \
      nm, OP {                                            \
        uint32_t a = rs(w, o.s[0]), b = rs(w, o.s[1]), r; \
        BODY;                                             \
        ws(w, o.d, r);                                    \
        (void)a;                                          \
        (void)b;                                          \
      });
#define S2Q(nm, BODY)                                         \
  R_(                                                         \
      nm, OP {                                                \
        uint64_t a = rs64(w, o.s[0]), b = rs64(w, o.s[1]), r; \
        BODY;                                                 \
        ws64(w, o.d, r);                                      \
      });
#define S2QS(nm, BODY)                \
  R_(                                 \
      nm, OP {                        \
        uint64_t a = rs64(w, o.s[0]); \
        uint32_t b = rs(w, o.s[1]);   \
        uint64_t r;                   \
        BODY;                         \
        ws64(w, o.d, r);              \
      });
#define S1(nm, BODY)                   \
  R_(                                  \
      nm, OP {                         \
        uint32_t a = rs(w, o.s[0]), r; \
        BODY;                          \
        ws(w, o.d, r);                 \
      });
#define S1Q(nm, BODY)                    \
  R_(                                    \
      nm, OP {                           \
        uint64_t a = rs64(w, o.s[0]), r; \
        BODY;                            \
        ws64(w, o.d, r);                 \
      });
#define S1QD(nm, BODY)                \
  R_(                                 \
      nm, OP {                        \
        uint64_t a = rs64(w, o.s[0]); \
        uint32_t r;                   \
        BODY;                         \
        ws(w, o.d, r);                \
      });

S2("s_add_u32", r = a + b; w.scc = r < a)
S2("s_sub_u32", r = a - b; w.scc = b > a)
S2("s_add_i32", r = a + b; w.scc = (~(a ^ b) & (a ^ r)) >> 31)
S2("s_sub_i32", r = a - b; w.scc = ((a ^ b) & (a ^ r)) >> 31)
S2("s_addc_u32", uint64_t q = (uint64_t)a + b + w.scc; r = (uint32_t)q; w.scc = q >> 32)
S2("s_subb_u32", uint64_t q = (uint64_t)a - b - w.scc; r = (uint32_t)q; w.scc = (q >> 32) != 0)
S2("s_min_i32", r = (int)a < (int)b ? a : b; w.scc = (int)a < (int)b)
S2("s_min_u32", r = a < b ? a : b; w.scc = a < b)
S2("s_max_i32", r = (int)a > (int)b ? a : b; w.scc = (int)a > (int)b)
S2("s_max_u32", r = a > b ? a : b; w.scc = a > b)
S2("s_cselect_b32", r = w.scc ? a : b)
S2Q("s_cselect_b64", r = w.scc ? a : b)
#define SLOG(n, e) S2("s_" n "_b32", r = e; w.scc = r != 0) S2Q("s_" n "_b64", r = e; w.scc = r != 0)
SLOG("and", a & b)
SLOG("or", a | b)
SLOG("xor", a ^ b)
SLOG("andn2", a & ~b)
SLOG("orn2", a | ~b)
SLOG("nand", ~(a & b))
SLOG("nor", ~(a | b))
SLOG("xnor", ~(a ^ b))
S2("s_lshl_b32", r = a << (b & 31); w.scc = r != 0)
S2("s_lshr_b32", r = a >> (b & 31); w.scc = r != 0)
S2("s_ashr_i32", r = (uint32_t)((int)a >> (b & 31)); w.scc = r != 0)
S2QS("s_lshl_b64", r = a << (b & 63); w.scc = r != 0)
S2QS("s_lshr_b64", r = a >> (b & 63); w.scc = r != 0)
S2QS("s_ashr_i64", r = (uint64_t)((int64_t)a >> (b & 63)); w.scc = r != 0)
S2("s_bfm_b32", r = ((1u << (a & 31)) - 1) << (b & 31))
R_("s_bfm_b64", OP {
  uint32_t a = rs(w, o.s[0]), b = rs(w, o.s[1]);
  ws64(w, o.d, ((1ull << (a & 63)) - 1) << (b & 63));
});
S2("s_mul_i32", r = a * b)
S2("s_bfe_u32", uint32_t of = b & 31; uint32_t wd = (b >> 16) & 0x7f; r = wd >= 32 ? a >> of : (a >> of) & ((1u << wd) - 1); w.scc = r != 0)
static inline int64_t sext64(uint64_t x, unsigned bits) {
  return bits == 0 ? 0 : bits >= 64 ? (int64_t)x : (int64_t)(x << (64 - bits)) >> (64 - bits);
}
S2("s_bfe_i32", uint32_t of = b & 31; uint32_t wd = (b >> 16) & 0x7f;
   r = (uint32_t)sext64((uint64_t)(int64_t)(int)a >> of, wd > 32 ? 32 : wd); w.scc = r != 0)
S2QS("s_bfe_u64", uint32_t of = b & 63; uint32_t wd = (b >> 16) & 0x7f; r = wd >= 64 ? a >> of : (a >> of) & ((1ull << wd) - 1);
     w.scc = r != 0)
S2QS("s_bfe_i64", uint32_t of = b & 63; uint32_t wd = (b >> 16) & 0x7f;
     r = (uint64_t)sext64((uint64_t)((int64_t)a >> of), wd > 64 ? 64 : wd); w.scc = r != 0)
S2("s_absdiff_i32", int32_t q = (int)a - (int)b; r = q < 0 ? -q : q; w.scc = r != 0)

S1("s_mov_b32", r = a)
S1Q("s_mov_b64", r = a)
S1("s_not_b32", r = ~a; w.scc = r != 0)
S1Q("s_not_b64", r = ~a; w.scc = r != 0)
static inline uint64_t wqm(uint64_t a) {
  uint64_t r = 0;
  for (int i = 0; i < 64; i += 4)
    if ((a >> i) & 15) r |= 15ull << i;
  return r;
}
S1("s_wqm_b32", r = (uint32_t)wqm(a); w.scc = r != 0)
S1Q("s_wqm_b64", r = wqm(a); w.scc = r != 0)

S1("s_brev_b32", r = brev(a))
S1Q("s_brev_b64", r = (uint64_t)brev((uint32_t)a) << 32 | brev((uint32_t)(a >> 32)))
S1("s_bcnt0_i32_b32", r = 32 - __builtin_popcount(a); w.scc = r != 0)
S1("s_bcnt1_i32_b32", r = __builtin_popcount(a); w.scc = r != 0)
S1QD("s_bcnt0_i32_b64", r = 64 - __builtin_popcountll(a); w.scc = r != 0)
S1QD("s_bcnt1_i32_b64", r = __builtin_popcountll(a); w.scc = r != 0)
S1("s_ff0_i32_b32", r = ~a ? __builtin_ctz(~a) : ~0u)
S1("s_ff1_i32_b32", r = a ? __builtin_ctz(a) : ~0u)
S1QD("s_ff0_i32_b64", r = ~a ? __builtin_ctzll(~a) : ~0u)
S1QD("s_ff1_i32_b64", r = a ? __builtin_ctzll(a) : ~0u)
S1("s_flbit_i32_b32", r = a ? __builtin_clz(a) : ~0u)
S1QD("s_flbit_i32_b64", r = a ? __builtin_clzll(a) : ~0u)
S1("s_flbit_i32", r = (a == 0 || a == ~0u) ? ~0u : (uint32_t)__builtin_clz((int)a < 0 ? ~a : a))
S1QD("s_flbit_i32_i64", r = (a == 0 || a == ~0ull) ? ~0u : (uint32_t)__builtin_clzll((int64_t)a < 0 ? ~a : a))
S1("s_sext_i32_i8", r = (uint32_t)(int8_t)a)
S1("s_sext_i32_i16", r = (uint32_t)(int16_t)a)
S1("s_abs_i32", r = (int)a < 0 ? 0u - a : a; w.scc = r != 0)
R_("s_cmov_b32", OP {
  if (w.scc) ws(w, o.d, rs(w, o.s[0]));
});
R_("s_cmov_b64", OP {
  if (w.scc) ws64(w, o.d, rs64(w, o.s[0]));
});
R_("s_bitset0_b32", OP {
  w.s[o.d.idx] &= ~(1u << (rs(w, o.s[0]) & 31));
});
R_("s_bitset1_b32", OP {
  w.s[o.d.idx] |= 1u << (rs(w, o.s[0]) & 31);
});
R_("s_bitset0_b64", OP {
  ws64(w, o.d, rs64(w, o.d) & ~(1ull << (rs(w, o.s[0]) & 63)));
});
R_("s_bitset1_b64", OP {
  ws64(w, o.d, rs64(w, o.d) | 1ull << (rs(w, o.s[0]) & 63));
});
R_("s_getpc_b64", OP {
  ws64(w, o.d, (uint64_t)(w.co->image + 4ull * w.pc));
});
static void jump(Wave& w, const Op& o, uint64_t a) {
  uint64_t off = a - (uint64_t)w.co->image;
  if (off >= w.co->size || (off & 3)) vg_fatal(&w, &o, "jump out of code object to 0x%llx", (unsigned long long)a);
  w.pc = (uint32_t)(off / 4);
}
R_(
    "s_setpc_b64",
    OP {
      jump(w, o, rs64(w, o.s[0]));
    },
    SH_ND);
R_("s_swappc_b64", OP {
  uint64_t t = rs64(w, o.s[0]);
  ws64(w, o.d, (uint64_t)(w.co->image + 4ull * w.pc));
  jump(w, o, t);
});
#define SAVEEXEC(n, e)                              \
  R_(                                               \
      "s_" n "_saveexec_b64", OP {                  \
        uint64_t a = rs64(w, o.s[0]), x = w.exec(); \
        ws64(w, o.d, x);                            \
        uint64_t r = e;                             \
        w.exec() = r;                               \
        w.scc = r != 0;                             \
      });
SAVEEXEC("and", a & x)
SAVEEXEC("or", a | x)
SAVEEXEC("xor", a ^ x)
SAVEEXEC("andn2", a & ~x)
SAVEEXEC("orn2", a | ~x)
SAVEEXEC("nand", ~(a & x))
SAVEEXEC("nor", ~(a | x))
SAVEEXEC("xnor", ~(a ^ x))
R_("s_movrels_b32", OP {
  ws(w, o.d, w.s[(o.s[0].idx + w.s[124]) & 127]);
});
R_("s_movrels_b64", OP {
  Opd x = o.s[0];
  x.idx = (x.idx + w.s[124]) & 127;
  ws64(w, o.d, rs64(w, x));
});
R_("s_movreld_b32", OP {
  w.s[(o.d.idx + w.s[124]) & 127] = rs(w, o.s[0]);
});
R_("s_movreld_b64", OP {
  Opd x = o.d;
  x.idx = (x.idx + w.s[124]) & 127;
  ws64(w, x, rs64(w, o.s[0]));
});
