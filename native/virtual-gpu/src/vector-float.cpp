// Vector arithmetic, 32-bit float, with the division steps.
#include "operands.h"

#define FU(nm, EX)                         \
  R_(                                      \
      nm, OP {                             \
        AL float ta[64], r[64];            \
        const float* A = F(w, o.s[0], ta); \
        L64 {                              \
          float x = A[i];                  \
          r[i] = (EX);                     \
        }                                  \
        putf(w, o, r);                     \
      });
#define FB(nm, EX)                                                \
  R_(                                                             \
      nm, OP {                                                    \
        AL float ta[64], tb[64], r[64];                           \
        const float *A = F(w, o.s[0], ta), *B = F(w, o.s[1], tb); \
        L64 {                                                     \
          float x = A[i], y = B[i];                               \
          r[i] = (EX);                                            \
        }                                                         \
        putf(w, o, r);                                            \
      });
#define FT(nm, EX)                                                                       \
  R_(                                                                                    \
      nm, OP {                                                                           \
        AL float ta[64], tb[64], tc[64], r[64];                                          \
        const float *A = F(w, o.s[0], ta), *B = F(w, o.s[1], tb), *C = F(w, o.s[2], tc); \
        L64 {                                                                            \
          float x = A[i], y = B[i], z = C[i];                                            \
          r[i] = (EX);                                                                   \
        }                                                                                \
        putf(w, o, r);                                                                   \
      });
#define FM(nm, EX)                                                                                         \
  R_(                                                                                                      \
      nm, OP {                                                                                             \
        AL float ta[64], tb[64], r[64];                                                                    \
        const float *A = F(w, o.s[0], ta), *B = F(w, o.s[1], tb), *C = (const float*)(w.v + o.d.idx * 64); \
        L64 {                                                                                              \
          float x = A[i], y = B[i], z = C[i];                                                              \
          r[i] = (EX);                                                                                     \
        }                                                                                                  \
        putf(w, o, r);                                                                                     \
      });

FB("v_add_f32", x + y)
FB("v_sub_f32", x - y)
FB("v_subrev_f32", y - x)
FB("v_mul_f32", x * y)
FB("v_mul_legacy_f32", (x == 0.f || y == 0.f) ? 0.f : x * y)
FB("v_min_f32", fmn(x, y))
FB("v_max_f32", fmx(x, y))
FT("v_mad_f32", x * y + z)
FT("v_madmk_f32", x * y + z)
FT("v_madak_f32", x * y + z)
FT("v_fma_f32", __builtin_fmaf(x, y, z))
FM("v_mac_f32", x * y + z)
FT("v_mad_legacy_f32", ((x == 0.f || y == 0.f) ? 0.f : x * y) + z)
FT("v_min3_f32", fmn(fmn(x, y), z))
FT("v_max3_f32", fmx(fmx(x, y), z))
static inline float fmed(float x, float y, float z) {
  if (x != x || y != y || z != z) return fmn(fmn(x, y), z);
  float m = fmx(fmx(x, y), z);
  return m == x ? fmx(y, z) : m == y ? fmx(x, z) : fmx(x, y);
}
FT("v_med3_f32", fmed(x, y, z))
FU("v_fract_f32", fmn(x - floorf(x), bf(0x3f7fffff)))
FU("v_trunc_f32", truncf(x))
FU("v_ceil_f32", ceilf(x))
FU("v_rndne_f32", __builtin_roundevenf(x))
FU("v_floor_f32", floorf(x))
FU("v_exp_f32", exp2f(x))
FU("v_exp_legacy_f32", exp2f(x))
FU("v_log_f32", log2f(x))
FU("v_log_legacy_f32", log2f(x))
FU("v_rcp_f32", 1.f / x)
FU("v_rcp_iflag_f32", 1.f / x)
FU("v_rsq_f32", (float)(1.0 / sqrt((double)x)))
FU("v_sqrt_f32", sqrtf(x))
FU("v_sin_f32", (float)sin(6.283185307179586 * ((double)x - floor((double)x))))
FU("v_cos_f32", (float)cos(6.283185307179586 * ((double)x - floor((double)x))))
R_("v_ldexp_f32", OP { AL float ta[64], r[64]; AL uint32_t tb[64];
  const float* A = F(w, o.s[0], ta);
  const uint32_t* B = U(w, o.s[1], tb); L64 r[i] = ldexpf(A[i], (int)B[i] > 4000 ? 4000 : (int)B[i] < -4000 ? -4000 : (int)B[i]);
  putf(w, o, r);
});
R_("v_frexp_exp_i32_f32", OP { AL float ta[64]; AL uint32_t r[64];
  const float* A = F(w, o.s[0], ta); L64 {
    int e = 0;
    if (std::isfinite(A[i]) && A[i] != 0) frexpf(A[i], &e);
    r[i] = (uint32_t)e;
  }
  put32(w, o.d, r);
});
R_("v_frexp_mant_f32", OP { AL float ta[64], r[64];
  const float* A = F(w, o.s[0], ta); L64 {
    int e;
    r[i] = std::isfinite(A[i]) ? frexpf(A[i], &e) : A[i];
  }
  putf(w, o, r);
});
// division helpers
static inline int fexp(float x) { return (fb(x) >> 23) & 255; }
static inline bool fden(float x) { return x != 0 && fexp(x) == 0; }
static inline float ldx(float a, int e) { return bf(fb(a)) * ldexpf(1.f, e); }
R_(
    "v_div_scale_f32",
    OP {
      AL float t0[64], t1[64], t2[64], r[64];
      const float *A = F(w, o.s[0], t0), *B = F(w, o.s[1], t1), *C = F(w, o.s[2], t2);
      uint64_t vc = 0;
      uint32_t csr = _mm_getcsr();
      _mm_setcsr(csr & ~0x8040u);
      L64 {
        float a = A[i], b = B[i], c = C[i], d = a;
        bool v = false;
        bool isDen = fb(a) == fb(b);
        if (c == 0 || b == 0)
          d = bf(0x7fc00000);
        else if (fexp(c) - fexp(b) >= 96) {
          v = true;
          if (isDen) d = ldx(a, 64);
        } else if (fden(b))
          d = ldx(a, 64);
        else if (fden(1.f / b) && fden(c / b)) {
          v = true;
          if (isDen) d = ldx(a, 64);
        } else if (fden(1.f / b))
          d = ldx(a, -64);
        else if (fden(c / b)) {
          v = true;
          if (fb(a) == fb(c)) d = ldx(a, 64);
        } else if (fexp(c) <= 23)
          d = ldx(a, 64);
        r[i] = d;
        if (v) vc |= 1ull << i;
      }
      _mm_setcsr(csr);
      putf(w, o, r);
      ws64(w, o.d2, vc & w.exec());
    },
    SH_DD);
R_("v_div_fmas_f32", OP {
  AL float t0[64], t1[64], t2[64], r[64];
  const float *A = F(w, o.s[0], t0), *B = F(w, o.s[1], t1), *C = F(w, o.s[2], t2);
  uint64_t vc = w.vcc();
  L64 {
    float q = __builtin_fmaf(A[i], B[i], C[i]);
    if (vc >> i & 1) q *= fexp(C[i]) > 127 ? 0x1p64f : 0x1p-64f;
    r[i] = q;
  }
  putf(w, o, r);
});
R_("v_div_fixup_f32", OP {
  AL float t0[64], t1[64], t2[64], r[64];
  const float *A = F(w, o.s[0], t0), *B = F(w, o.s[1], t1), *C = F(w, o.s[2], t2);
  L64 {
    float q = A[i], d = B[i], n = C[i], z;
    uint32_t sg = (fb(d) ^ fb(n)) & 0x80000000u;
    float ad = fabsf(d), an = fabsf(n);
    if (n != n)
      z = bf(fb(n) | 0x400000);
    else if (d != d)
      z = bf(fb(d) | 0x400000);
    else if (d == 0 && n == 0)
      z = bf(0xffc00000);
    else if (ad == INFINITY && an == INFINITY)
      z = bf(0xffc00000);
    else if (d == 0 || an == INFINITY)
      z = bf(sg | 0x7f800000);
    else if (ad == INFINITY || n == 0)
      z = bf(sg);
    else if (fexp(n) - fexp(d) < -150)
      z = bf(sg);
    else if (fexp(d) == 255)
      z = bf(sg | 0x7f800000);
    else
      z = bf(sg | (fb(q) & 0x7fffffff));
    r[i] = z;
  }
  putf(w, o, r);
});
