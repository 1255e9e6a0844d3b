// Vector arithmetic, 64-bit float.
#include "operands.h"

#define DU(nm, EX)              \
  R_(                           \
      nm, OP {                  \
        AL double A[64], r[64]; \
        D64(w, o.s[0], A);      \
        L64 {                   \
          double x = A[i];      \
          r[i] = (EX);          \
        }                       \
        putd(w, o, r);          \
      });
#define DB(nm, EX)                     \
  R_(                                  \
      nm, OP {                         \
        AL double A[64], B[64], r[64]; \
        D64(w, o.s[0], A);             \
        D64(w, o.s[1], B);             \
        L64 {                          \
          double x = A[i], y = B[i];   \
          r[i] = (EX);                 \
        }                              \
        putd(w, o, r);                 \
      });
#define DT(nm, EX)                             \
  R_(                                          \
      nm, OP {                                 \
        AL double A[64], B[64], C[64], r[64];  \
        D64(w, o.s[0], A);                     \
        D64(w, o.s[1], B);                     \
        D64(w, o.s[2], C);                     \
        L64 {                                  \
          double x = A[i], y = B[i], z = C[i]; \
          r[i] = (EX);                         \
        }                                      \
        putd(w, o, r);                         \
      });
DB("v_add_f64", x + y)
DB("v_mul_f64", x * y)
DB("v_min_f64", x != x ? y : y != y ? x : x < y ? x : y)
DB("v_max_f64", x != x ? y : y != y ? x : x > y ? x : y)
DT("v_fma_f64", __builtin_fma(x, y, z))
DU("v_rcp_f64", 1.0 / x)
DU("v_rsq_f64", 1.0 / sqrt(x))
DU("v_sqrt_f64", sqrt(x))
DU("v_fract_f64", x - floor(x))
DU("v_trunc_f64", trunc(x))
DU("v_ceil_f64", ceil(x))
DU("v_rndne_f64", __builtin_roundeven(x))
DU("v_floor_f64", floor(x))
R_("v_ldexp_f64", OP { AL double A[64], r[64]; AL uint32_t tb[64];
  D64(w, o.s[0], A);
  const uint32_t* B = U(w, o.s[1], tb); L64 r[i] = ldexp(A[i], (int)B[i] > 9999 ? 9999 : (int)B[i] < -9999 ? -9999 : (int)B[i]);
  putd(w, o, r);
});
R_("v_frexp_exp_i32_f64", OP { AL double A[64]; AL uint32_t r[64];
  D64(w, o.s[0], A); L64 {
    int e = 0;
    if (std::isfinite(A[i]) && A[i] != 0) frexp(A[i], &e);
    r[i] = (uint32_t)e;
  }
  put32(w, o.d, r);
});
DU("v_frexp_mant_f64", ({
     int e;
     std::isfinite(x) ? frexp(x, &e) : x;
   }))
static inline int dexp(double x) { return (db(x) >> 52) & 2047; }
static inline bool dden(double x) { return x != 0 && dexp(x) == 0; }
R_(
    "v_div_scale_f64",
    OP {
      AL double A[64], B[64], C[64], r[64];
      D64(w, o.s[0], A);
      D64(w, o.s[1], B);
      D64(w, o.s[2], C);
      uint64_t vc = 0;
      L64 {
        double a = A[i], b = B[i], c = C[i], d = a;
        bool v = false, isDen = db(a) == db(b);
        if (c == 0 || b == 0)
          d = bd(0x7ff8000000000000ull);
        else if (dexp(c) - dexp(b) >= 768) {
          v = true;
          if (isDen) d = ldexp(a, 128);
        } else if (dden(b))
          d = ldexp(a, 128);
        else if (dden(1. / b) && dden(c / b)) {
          v = true;
          if (isDen) d = ldexp(a, 128);
        } else if (dden(1. / b))
          d = ldexp(a, -128);
        else if (dden(c / b)) {
          v = true;
          if (db(a) == db(c)) d = ldexp(a, 128);
        } else if (dexp(c) <= 53)
          d = ldexp(a, 128);
        r[i] = d;
        if (v) vc |= 1ull << i;
      }
      putd(w, o, r);
      ws64(w, o.d2, vc & w.exec());
    },
    SH_DD);
R_("v_div_fmas_f64", OP {
  AL double A[64], B[64], C[64], r[64];
  D64(w, o.s[0], A);
  D64(w, o.s[1], B);
  D64(w, o.s[2], C);
  uint64_t vc = w.vcc();
  L64 {
    double q = __builtin_fma(A[i], B[i], C[i]);
    if (vc >> i & 1) q = ldexp(q, dexp(C[i]) > 1023 ? 128 : -128);
    r[i] = q;
  }
  putd(w, o, r);
});
R_("v_div_fixup_f64", OP {
  AL double A[64], B[64], C[64], r[64];
  D64(w, o.s[0], A);
  D64(w, o.s[1], B);
  D64(w, o.s[2], C);
  L64 {
    double q = A[i], d = B[i], n = C[i], z;
    uint64_t sg = (db(d) ^ db(n)) & 0x8000000000000000ull;
    double ad = fabs(d), an = fabs(n);
    const uint64_t NN = 0xfff8000000000000ull, II = 0x7ff0000000000000ull;
    if (n != n)
      z = n;
    else if (d != d)
      z = d;
    else if (d == 0 && n == 0)
      z = bd(NN);
    else if (ad == INFINITY && an == INFINITY)
      z = bd(NN);
    else if (d == 0 || an == INFINITY)
      z = bd(sg | II);
    else if (ad == INFINITY || n == 0)
      z = bd(sg);
    else if (dexp(n) - dexp(d) < -1075)
      z = bd(sg);
    else if (dexp(d) == 2047)
      z = bd(sg | II);
    else
      z = bd(sg | (db(q) & ~0x8000000000000000ull));
    r[i] = z;
  }
  putd(w, o, r);
});
static const uint32_t twoOverPi[] = { // 2/pi, 1200 bits, most significant first
    0xA2F9836E, 0x4E441529, 0xFC2757D1, 0xF534DDC0, 0xDB629599, 0x3C439041, 0xFE5163AB, 0xDEBBC561, 0xB7246E3A, 0x424DD2E0,
    0x06492EEA, 0x09D1921C, 0xFE1DEB1C, 0xB129A73E, 0xE88235F5, 0x2EBB4484, 0xE99C7026, 0xB45F7E41, 0x3991D639, 0x835339F4,
    0x9C845F8B, 0xBDF9283B, 0x1FF897FF, 0xDE05980F, 0xEF2F118B, 0x5A0A6D1F, 0x6D367ECF, 0x27CB09B7, 0x4F463F66, 0x9E5FEA2D,
    0x7527BAC7, 0xEBE5F17B, 0x3D0739F7, 0x8A5292EA, 0x6BFB5FB1, 0x1F8D5D08, 0x56033046, 0xFC7B6BAB};
R_("v_trig_preop_f64", OP {
  AL double A[64], r[64]; AL uint32_t tb[64];
  D64(w, o.s[0], A);
  const uint32_t* B = U(w, o.s[1], tb);
  L64 {
    int shift = (B[i] & 31) * 53, e = dexp(A[i]);
    if (e > 1077) shift += e - 1077;
    uint64_t m = 0;
    for (int k = 0; k < 53; k++) {
      int p = shift + k;
      uint32_t bit = p < 1216 ? twoOverPi[p / 32] >> (31 - p % 32) & 1 : 0;
      m = m << 1 | bit;
    }
    int sc = -53 - shift;
    if (e >= 1968) sc += 128;
    r[i] = ldexp((double)m, sc);
  }
  putd(w, o, r);
});
