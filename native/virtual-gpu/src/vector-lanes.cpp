// Vector carries, 64-bit products and shifts, selection, lane access.
#include "operands.h"

// carries
#define CARRY(nm, EX, CO)                                            \
  R_(                                                                \
      nm,                                                            \
      OP {                                                           \
        AL uint32_t ta[64], tb[64], r[64], c[64];                    \
        const uint32_t *A = U(w, o.s[0], ta), *B = U(w, o.s[1], tb); \
        L64 {                                                        \
          uint32_t x = A[i], y = B[i];                               \
          uint32_t q = (EX);                                         \
          r[i] = q;                                                  \
          c[i] = (CO);                                               \
          (void)x;                                                   \
          (void)y;                                                   \
        }                                                            \
        uint64_t m = mk(c) & w.exec();                               \
        put32(w, o.d, r);                                            \
        ws64(w, o.d2, m);                                            \
      },                                                             \
      SH_DD);
CARRY("v_add_u32", x + y, q < x)
CARRY("v_sub_u32", x - y, y > x)
CARRY("v_subrev_u32", y - x, x > y)
CARRY("v_add_co_u32", x + y, q < x)
CARRY("v_sub_co_u32", x - y, y > x)
CARRY("v_subrev_co_u32", y - x, x > y)
#define CARRYC(nm, EX)                                               \
  R_(                                                                \
      nm,                                                            \
      OP {                                                           \
        AL uint32_t ta[64], tb[64], r[64], c[64];                    \
        const uint32_t *A = U(w, o.s[0], ta), *B = U(w, o.s[1], tb); \
        uint64_t ci = rs64(w, o.s[2]);                               \
        L64 {                                                        \
          uint64_t x = A[i], y = B[i], k = ci >> i & 1;              \
          uint64_t q = (EX);                                         \
          r[i] = (uint32_t)q;                                        \
          c[i] = (q >> 32) != 0;                                     \
        }                                                            \
        uint64_t m = mk(c) & w.exec();                               \
        put32(w, o.d, r);                                            \
        ws64(w, o.d2, m);                                            \
      },                                                             \
      SH_DD);
CARRYC("v_addc_u32", x + y + k)
CARRYC("v_subb_u32", x - y - k)
CARRYC("v_subbrev_u32", y - x - k)
CARRYC("v_addc_co_u32", x + y + k)
CARRYC("v_subb_co_u32", x - y - k)
CARRYC("v_subbrev_co_u32", y - x - k)
R_(
    "v_mad_u64_u32",
    OP {
      AL uint32_t ta[64], tb[64];
      AL uint64_t C[64], r[64];
      const uint32_t *A = U(w, o.s[0], ta), *B = U(w, o.s[1], tb);
      U64v(w, o.s[2], C);
      uint64_t m = 0;
      L64 {
        uint64_t p = (uint64_t)A[i] * B[i];
        r[i] = p + C[i];
        if (r[i] < p) m |= 1ull << i;
      }
      put64(w, o.d, r);
      ws64(w, o.d2, m & w.exec());
    },
    SH_DD);
R_(
    "v_mad_i64_i32",
    OP {
      AL uint32_t ta[64], tb[64];
      AL uint64_t C[64], r[64];
      const uint32_t *A = U(w, o.s[0], ta), *B = U(w, o.s[1], tb);
      U64v(w, o.s[2], C);
      uint64_t m = 0;
      L64 {
        int64_t p = (int64_t)(int)A[i] * (int)B[i];
        int64_t q;
        if (__builtin_add_overflow(p, (int64_t)C[i], &q)) m |= 1ull << i;
        r[i] = (uint64_t)q;
      }
      put64(w, o.d, r);
      ws64(w, o.d2, m & w.exec());
    },
    SH_DD);
#define Q2(nm, EX)                            \
  R_(                                         \
      nm, OP {                                \
        AL uint32_t ta[64];                   \
        AL uint64_t B[64], r[64];             \
        const uint32_t* A = U(w, o.s[0], ta); \
        U64v(w, o.s[1], B);                   \
        L64 {                                 \
          uint32_t x = A[i] & 63;             \
          uint64_t y = B[i];                  \
          r[i] = (uint64_t)(EX);              \
        }                                     \
        put64(w, o.d, r);                     \
      });
Q2("v_lshlrev_b64", y << x)
Q2("v_lshrrev_b64", y >> x)
Q2("v_ashrrev_i64", (int64_t)y >> x)
R_("v_cndmask_b32", OP { AL float ta[64], tb[64];
  const uint32_t *A = (const uint32_t*)F(w, o.s[0], ta), *B = (const uint32_t*)F(w, o.s[1], tb);
  uint64_t m = rs64(w, o.s[2]); AL uint32_t r[64];
  pick(r, m, B, A);
  put32(w, o.d, r);
});
R_("v_readfirstlane_b32", OP {
  uint64_t e = w.exec();
  int l = e ? __builtin_ctzll(e) : 0;
  ws(w, o.d, o.s[0].kind == K_V ? w.v[o.s[0].idx * 64 + l] : rs(w, o.s[0]));
});
R_("v_readlane_b32", OP {
  int l = rs(w, o.s[1]) & 63;
  ws(w, o.d, o.s[0].kind == K_V ? w.v[o.s[0].idx * 64 + l] : rs(w, o.s[0]));
});
R_("v_writelane_b32", OP {
  int l = rs(w, o.s[1]) & 63;
  w.v[o.d.idx * 64 + l] = rs(w, o.s[0]);
});
R_("v_mbcnt_lo_u32_b32", OP { AL uint32_t ta[64], tb[64], r[64];
  const uint32_t *A = U(w, o.s[0], ta), *B = U(w, o.s[1], tb); L64 r[i] = __builtin_popcount(A[i] & (i >= 32 ? ~0u : (1u << i) - 1)) + B[i];
  put32(w, o.d, r);
});
R_("v_mbcnt_hi_u32_b32", OP { AL uint32_t ta[64], tb[64], r[64];
  const uint32_t *A = U(w, o.s[0], ta), *B = U(w, o.s[1], tb); L64 r[i] = __builtin_popcount(i < 32 ? 0 : A[i] & ((1u << (i - 32)) - 1)) + B[i];
  put32(w, o.d, r);
});
R_("v_movrels_b32", OP {
  Opd x = o.s[0];
  x.idx += w.s[124]; AL uint32_t t[64];
  put32(w, o.d, U(w, x, t));
});
R_("v_movreld_b32", OP {
  Opd x = o.d;
  x.idx += w.s[124]; AL uint32_t t[64];
  const uint32_t* p = U(w, o.s[0], t);
  memmove(t, p, 256);
  put32(w, x, t);
});
R_("v_movrelsd_b32", OP {
  Opd x = o.d, y = o.s[0];
  x.idx += w.s[124];
  y.idx += w.s[124]; AL uint32_t t[64];
  const uint32_t* p = U(w, y, t);
  memmove(t, p, 256);
  put32(w, x, t);
});
R_("v_swap_b32", OP { AL uint32_t a[64], b[64];
  memcpy(a, w.v + o.d.idx * 64, 256);
  memcpy(b, w.v + o.s[0].idx * 64, 256);
  put32(w, o.d, b);
  put32(w, o.s[0], a);
});
