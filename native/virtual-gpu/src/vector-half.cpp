// Vector arithmetic, 16-bit float.
#include "operands.h"

#define HU(nm, EX)             \
  R_(                          \
      nm, OP {                 \
        AL float A[64], r[64]; \
        H(w, o.s[0], A);       \
        L64 {                  \
          float x = A[i];      \
          r[i] = (EX);         \
        }                      \
        puth(w, o, r);         \
      });
#define HB(nm, EX)                    \
  R_(                                 \
      nm, OP {                        \
        AL float A[64], B[64], r[64]; \
        H(w, o.s[0], A);              \
        H(w, o.s[1], B);              \
        L64 {                         \
          float x = A[i], y = B[i];   \
          r[i] = (EX);                \
        }                             \
        puth(w, o, r);                \
      });
#define HT(nm, EX)                            \
  R_(                                         \
      nm, OP {                                \
        AL float A[64], B[64], C[64], r[64];  \
        H(w, o.s[0], A);                      \
        H(w, o.s[1], B);                      \
        H(w, o.s[2], C);                      \
        L64 {                                 \
          float x = A[i], y = B[i], z = C[i]; \
          r[i] = (EX);                        \
        }                                     \
        puth(w, o, r);                        \
      });
static inline float rh(float x) { return single(half(x)); }
HB("v_add_f16", x + y)
HB("v_sub_f16", x - y)
HB("v_subrev_f16", y - x)
HB("v_mul_f16", x * y)
HB("v_min_f16", fmn(x, y))
HB("v_max_f16", fmx(x, y))
HT("v_mad_f16", rh(x * y) + z)
HT("v_fma_f16", (float)((double)x * y + z))
HT("v_madmk_f16", rh(x * y) + z)
HT("v_madak_f16", rh(x * y) + z)
R_("v_mac_f16", OP { AL float A[64], B[64], C[64], r[64];
  H(w, o.s[0], A);
  H(w, o.s[1], B);
  Opd d = o.d;
  d.neg = d.abs = 0;
  H(w, d, C); L64 r[i] = rh(A[i] * B[i]) + C[i];
  puth(w, o, r);
});
HU("v_rcp_f16", 1.f / x)
HU("v_sqrt_f16", sqrtf(x))
HU("v_rsq_f16", 1.f / sqrtf(x))
HU("v_log_f16", log2f(x))
HU("v_exp_f16", exp2f(x))
HU("v_floor_f16", floorf(x))
HU("v_ceil_f16", ceilf(x))
HU("v_trunc_f16", truncf(x))
HU("v_rndne_f16", __builtin_roundevenf(x))
HU("v_fract_f16", x - floorf(x))
HU("v_sin_f16", sinf(6.2831853f * x))
HU("v_cos_f16", cosf(6.2831853f * x))
R_("v_ldexp_f16", OP { AL float A[64], r[64]; AL uint32_t B[64];
  H(w, o.s[0], A);
  U16v(w, o.s[1], B); L64 r[i] = ldexpf(A[i], (int16_t)B[i]);
  puth(w, o, r);
});
R_("v_frexp_exp_i16_f16", OP { AL float A[64]; AL uint32_t r[64];
  H(w, o.s[0], A); L64 {
    int e = 0;
    if (std::isfinite(A[i]) && A[i] != 0) frexpf(A[i], &e);
    r[i] = (uint16_t)e;
  }
  put32(w, o.d, r);
});
HU("v_frexp_mant_f16", ({
     int e;
     std::isfinite(x) ? frexpf(x, &e) : x;
   }))
R_("v_div_fixup_f16", OP { AL float A[64], B[64], C[64], r[64];
  H(w, o.s[0], A);
  H(w, o.s[1], B);
  H(w, o.s[2], C); L64 {
    float q = A[i], d = B[i], n = C[i], z;
    uint32_t sg = (fb(d) ^ fb(n)) & 0x80000000u;
    if (n != n)
      z = n;
    else if (d != d)
      z = d;
    else if ((d == 0 && n == 0) || (std::isinf(d) && std::isinf(n)))
      z = NAN;
    else if (d == 0 || std::isinf(n))
      z = bf(sg | 0x7f800000);
    else if (std::isinf(d) || n == 0)
      z = bf(sg);
    else
      z = bf(sg | (fb(q) & 0x7fffffff));
    r[i] = z;
  }
  puth(w, o, r);
});
