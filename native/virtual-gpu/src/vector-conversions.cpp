// Conversions between vector types.
#include "operands.h"

#define CVU(nm, EX)                           \
  R_(                                         \
      nm, OP {                                \
        AL uint32_t ta[64];                   \
        AL float r[64];                       \
        const uint32_t* A = U(w, o.s[0], ta); \
        L64 {                                 \
          uint32_t x = A[i];                  \
          r[i] = (float)(EX);                 \
        }                                     \
        putf(w, o, r);                        \
      });
CVU("v_cvt_f32_u32", x)
CVU("v_cvt_f32_i32", (int32_t)x)
CVU("v_cvt_f32_ubyte0", (int)(x & 255))
CVU("v_cvt_f32_ubyte1", (int)(x >> 8 & 255))
CVU("v_cvt_f32_ubyte2", (int)(x >> 16 & 255))
CVU("v_cvt_f32_ubyte3", (int)(x >> 24))
CVU("v_cvt_off_f32_i4", (float)((int)((x & 15) ^ 8) - 8) / 16.f)
#define CVF(nm, EX)                        \
  R_(                                      \
      nm, OP {                             \
        AL float ta[64];                   \
        AL uint32_t r[64];                 \
        const float* A = F(w, o.s[0], ta); \
        L64 {                              \
          float x = A[i];                  \
          r[i] = (uint32_t)(EX);           \
        }                                  \
        put32(w, o.d, r);                  \
      });
static inline uint32_t f2u(float x) { return !(x > 0.f) ? 0u : x >= 4294967296.f ? 0xffffffffu : (uint32_t)x; }
static inline int32_t f2i(float x) { return x != x ? 0 : x >= 2147483648.f ? 0x7fffffff : x <= -2147483648.f ? (int)0x80000000 : (int)x; }
CVF("v_cvt_u32_f32", f2u(x))
CVF("v_cvt_i32_f32", f2i(x))
CVF("v_cvt_rpi_i32_f32", f2i(floorf(x + .5f)))
CVF("v_cvt_flr_i32_f32", f2i(floorf(x)))
R_("v_cvt_f16_f32", OP { AL float ta[64], r[64];
  const float* A = F(w, o.s[0], ta); L64 r[i] = A[i];
  puth(w, o, r);
});
R_("v_cvt_f32_f16", OP { AL float r[64];
  H(w, o.s[0], r);
  putf(w, o, r);
});
R_("v_cvt_f16_u16", OP { AL uint32_t A[64]; AL float r[64];
  U16v(w, o.s[0], A); L64 r[i] = (float)A[i];
  puth(w, o, r);
});
R_("v_cvt_f16_i16", OP { AL uint32_t A[64]; AL float r[64];
  U16v(w, o.s[0], A); L64 r[i] = (float)(int16_t)A[i];
  puth(w, o, r);
});
R_("v_cvt_u16_f16", OP { AL float A[64]; AL uint32_t r[64];
  H(w, o.s[0], A); L64 r[i] = !(A[i] > 0) ? 0 : A[i] >= 65535.f ? 65535 : (uint32_t)A[i];
  put32(w, o.d, r);
});
R_("v_cvt_i16_f16", OP { AL float A[64]; AL uint32_t r[64];
  H(w, o.s[0], A); L64 r[i] = (uint16_t)(A[i] != A[i] ? 0 : A[i] >= 32767.f ? 32767 : A[i] <= -32768.f ? -32768 : (int)A[i]);
  put32(w, o.d, r);
});
R_("v_cvt_f64_f32", OP { AL float ta[64]; AL double r[64];
  const float* A = F(w, o.s[0], ta); L64 r[i] = A[i];
  putd(w, o, r);
});
R_("v_cvt_f32_f64", OP { AL double A[64]; AL float r[64];
  D64(w, o.s[0], A); L64 r[i] = (float)A[i];
  putf(w, o, r);
});
R_("v_cvt_f64_u32", OP { AL uint32_t ta[64]; AL double r[64];
  const uint32_t* A = U(w, o.s[0], ta); L64 r[i] = A[i];
  putd(w, o, r);
});
R_("v_cvt_f64_i32", OP { AL uint32_t ta[64]; AL double r[64];
  const uint32_t* A = U(w, o.s[0], ta); L64 r[i] = (int)A[i];
  putd(w, o, r);
});
R_("v_cvt_u32_f64", OP { AL double A[64]; AL uint32_t r[64];
  D64(w, o.s[0], A); L64 r[i] = !(A[i] > 0) ? 0u : A[i] >= 4294967296. ? ~0u : (uint32_t)A[i];
  put32(w, o.d, r);
});
R_("v_cvt_i32_f64", OP { AL double A[64]; AL uint32_t r[64];
  D64(w, o.s[0], A); L64
    r[i] = (uint32_t)(A[i] != A[i] ? 0 : A[i] >= 2147483648. ? 0x7fffffff : A[i] <= -2147483648. ? (int)0x80000000 : (int)A[i]);
  put32(w, o.d, r);
});
R_("v_cvt_pkrtz_f16_f32", OP { AL float ta[64], tb[64]; AL uint32_t r[64];
  const float *A = F(w, o.s[0], ta), *B = F(w, o.s[1], tb); L64 r[i] = halfTowardsZero(A[i]) | (uint32_t)halfTowardsZero(B[i]) << 16;
  put32(w, o.d, r);
});
R_("v_cvt_pknorm_i16_f32", OP { AL float ta[64], tb[64]; AL uint32_t r[64];
  const float *A = F(w, o.s[0], ta), *B = F(w, o.s[1], tb);
  auto q = [](float x) {
    x = x != x ? 0 : x > 1 ? 1 : x < -1 ? -1 : x;
    return (uint32_t)(uint16_t)(int)__builtin_roundevenf(x * 32767.f);
  }; L64 r[i] = q(A[i]) | q(B[i]) << 16;
  put32(w, o.d, r);
});
R_("v_cvt_pknorm_u16_f32", OP { AL float ta[64], tb[64]; AL uint32_t r[64];
  const float *A = F(w, o.s[0], ta), *B = F(w, o.s[1], tb);
  auto q = [](float x) {
    x = !(x > 0) ? 0 : x > 1 ? 1 : x;
    return (uint32_t)__builtin_roundevenf(x * 65535.f);
  }; L64 r[i] = q(A[i]) | q(B[i]) << 16;
  put32(w, o.d, r);
});
R_("v_cvt_pk_u8_f32", OP { AL float ta[64]; AL uint32_t tb[64], tc[64], r[64];
  const float* A = F(w, o.s[0], ta);
  const uint32_t *B = U(w, o.s[1], tb), *C = U(w, o.s[2], tc); L64 {
    float x = A[i];
    uint32_t q = !(x > 0) ? 0 : x >= 255 ? 255 : (uint32_t)x;
    int s = 8 * (B[i] & 3);
    r[i] = (C[i] & ~(255u << s)) | q << s;
  }
  put32(w, o.d, r);
});
