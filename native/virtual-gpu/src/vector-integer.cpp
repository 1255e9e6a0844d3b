// Vector arithmetic, integers of 16 and 32 bits.
#include "operands.h"

#define IU(nm, EX)                            \
  R_(                                         \
      nm, OP {                                \
        AL uint32_t ta[64], r[64];            \
        const uint32_t* A = U(w, o.s[0], ta); \
        L64 {                                 \
          uint32_t x = A[i];                  \
          r[i] = (uint32_t)(EX);              \
        }                                     \
        put32(w, o.d, r);                     \
      });
#define IB(nm, EX)                                                   \
  R_(                                                                \
      nm, OP {                                                       \
        AL uint32_t ta[64], tb[64], r[64];                           \
        const uint32_t *A = U(w, o.s[0], ta), *B = U(w, o.s[1], tb); \
        L64 {                                                        \
          uint32_t x = A[i], y = B[i];                               \
          r[i] = (uint32_t)(EX);                                     \
        }                                                            \
        put32(w, o.d, r);                                            \
      });
#define IT(nm, EX)                                                                          \
  R_(                                                                                       \
      nm, OP {                                                                              \
        AL uint32_t ta[64], tb[64], tc[64], r[64];                                          \
        const uint32_t *A = U(w, o.s[0], ta), *B = U(w, o.s[1], tb), *C = U(w, o.s[2], tc); \
        L64 {                                                                               \
          uint32_t x = A[i], y = B[i], z = C[i];                                            \
          r[i] = (uint32_t)(EX);                                                            \
        }                                                                                   \
        put32(w, o.d, r);                                                                   \
      });
static inline int32_t s24(uint32_t x) { return (int32_t)(x << 8) >> 8; }
static inline uint32_t u24(uint32_t x) { return x & 0xffffff; }
IU("v_mov_b32", x)
IU("v_not_b32", ~x)
IU("v_bfrev_b32", brev(x))
IU("v_ffbh_u32", x ? __builtin_clz(x) : -1)
IU("v_ffbl_b32", x ? __builtin_ctz(x) : -1)
IU("v_ffbh_i32", (x == 0 || x == ~0u) ? -1 : __builtin_clz((int)x < 0 ? ~x : x))
IB("v_and_b32", x & y)
IB("v_or_b32", x | y)
IB("v_xor_b32", x ^ y)
IB("v_lshlrev_b32", y << (x & 31))
IB("v_lshrrev_b32", y >> (x & 31))
IB("v_ashrrev_i32", (int)y >> (x & 31))
IB("v_lshl_b32", x << (y & 31))
IB("v_lshr_b32", x >> (y & 31))
IB("v_ashr_i32", (int)x >> (y & 31))
IB("v_min_i32", (int)x < (int)y ? x : y)
IB("v_max_i32", (int)x > (int)y ? x : y)
IB("v_min_u32", x < y ? x : y)
IB("v_max_u32", x > y ? x : y)
IB("v_mul_i32_i24", s24(x) * s24(y))
IB("v_mul_u32_u24", u24(x) * u24(y))
IB("v_mul_hi_i32_i24", ((int64_t)s24(x) * s24(y)) >> 32)
IB("v_mul_hi_u32_u24", ((uint64_t)u24(x) * u24(y)) >> 32)
IB("v_mul_lo_u32", x * y)
IB("v_mul_lo_i32", x * y)
IB("v_mul_hi_u32", ((uint64_t)x * y) >> 32)
IB("v_mul_hi_i32", ((int64_t)(int)x * (int)y) >> 32)
IB("v_bfm_b32", ((1u << (x & 31)) - 1) << (y & 31))
IB("v_bcnt_u32_b32", __builtin_popcount(x) + y)
IB("v_cvt_pk_u16_u32", (x > 65535 ? 65535 : x) | (y > 65535 ? 65535 : y) << 16)
IB("v_cvt_pk_i16_i32", (uint32_t)(uint16_t)((int)x > 32767    ? 32767
                                            : (int)x < -32768 ? -32768
                                                              : (int)x) |
                           (uint32_t)(uint16_t)((int)y > 32767    ? 32767
                                                : (int)y < -32768 ? -32768
                                                                  : (int)y)
                               << 16)
IT("v_mad_i32_i24", s24(x) * s24(y) + (int)z)
IT("v_mad_u32_u24", u24(x) * u24(y) + z)
IT("v_bfe_u32", (z & 31) ? (x >> (y & 31)) & ((1u << (z & 31)) - 1) : 0)
IT("v_bfe_i32", (z & 31) ? (int)((x >> (y & 31)) << (32 - (z & 31))) >> (32 - (z & 31)) : 0)
IT("v_bfi_b32", (x & y) | (~x & z))
IT("v_alignbit_b32", ((uint64_t)x << 32 | y) >> (z & 31))
IT("v_alignbyte_b32", ((uint64_t)x << 32 | y) >> (8 * (z & 3)))
static inline uint32_t mn(uint32_t a, uint32_t b) { return a < b ? a : b; }
static inline uint32_t mx(uint32_t a, uint32_t b) { return a > b ? a : b; }
static inline int imn(int a, int b) { return a < b ? a : b; }
static inline int imx(int a, int b) { return a > b ? a : b; }
IT("v_min3_i32", imn(imn(x, y), z))
IT("v_max3_i32", imx(imx(x, y), z))
IT("v_med3_i32", imx(imn(x, y), imn(imx(x, y), z)))
IT("v_min3_u32", mn(mn(x, y), z))
IT("v_max3_u32", mx(mx(x, y), z))
IT("v_med3_u32", mx(mn(x, y), mn(mx(x, y), z)))
static inline uint32_t sad8(uint32_t x, uint32_t y, bool msk) {
  uint32_t r = 0;
  for (int k = 0; k < 4; k++) {
    int a = x >> 8 * k & 255, b = y >> 8 * k & 255;
    if (msk && b == 0) continue;
    r += a > b ? a - b : b - a;
  }
  return r;
}
IT("v_sad_u8", sad8(x, y, false) + z)
IT("v_sad_hi_u8", (sad8(x, y, false) << 16) + z)
IT("v_msad_u8", sad8(x, y, true) + z)
IT("v_sad_u32", (x > y ? x - y : y - x) + z)
IT("v_sad_u16", ((x & 0xffff) > (y & 0xffff) ? (x & 0xffff) - (y & 0xffff) : (y & 0xffff) - (x & 0xffff)) +
                    ((x >> 16) > (y >> 16) ? (x >> 16) - (y >> 16) : (y >> 16) - (x >> 16)) + z)
static inline uint32_t lerp8(uint32_t x, uint32_t y, uint32_t z) {
  uint32_t r = 0;
  for (int k = 0; k < 32; k += 8) r |= (((x >> k & 255) + (y >> k & 255) + (z >> k & 1)) >> 1) << k;
  return r;
}
IT("v_lerp_u8", lerp8(x, y, z))
static inline uint32_t perm(uint32_t x, uint32_t y, uint32_t z) {
  uint64_t in = (uint64_t)x << 32 | y;
  uint32_t r = 0;
  for (int k = 0; k < 4; k++) {
    uint32_t s = z >> 8 * k & 255, b;
    if (s >= 13)
      b = 255;
    else if (s == 12)
      b = 0;
    else if (s >= 8)
      b = (in >> ((s - 8) * 16 + 15)) & 1 ? 255 : 0;
    else
      b = in >> 8 * s & 255;
    r |= b << 8 * k;
  }
  return r;
}
IT("v_perm_b32", perm(x, y, z))
// 16-bit integer (result zero-extended on VI)
#define WB(nm, EX)                       \
  R_(                                    \
      nm, OP {                           \
        AL uint32_t A[64], B[64], r[64]; \
        U16v(w, o.s[0], A);              \
        U16v(w, o.s[1], B);              \
        L64 {                            \
          uint32_t x = A[i], y = B[i];   \
          r[i] = (uint16_t)(EX);         \
        }                                \
        put32(w, o.d, r);                \
      });
#define WT(nm, EX)                               \
  R_(                                            \
      nm, OP {                                   \
        AL uint32_t A[64], B[64], C[64], r[64];  \
        U16v(w, o.s[0], A);                      \
        U16v(w, o.s[1], B);                      \
        U16v(w, o.s[2], C);                      \
        L64 {                                    \
          uint32_t x = A[i], y = B[i], z = C[i]; \
          r[i] = (uint16_t)(EX);                 \
        }                                        \
        put32(w, o.d, r);                        \
      });
WB("v_add_u16", x + y)
WB("v_sub_u16", x - y)
WB("v_subrev_u16", y - x)
WB("v_mul_lo_u16", x * y)
WB("v_lshlrev_b16", y << (x & 15))
WB("v_lshrrev_b16", y >> (x & 15))
WB("v_ashrrev_i16", (int16_t)y >> (x & 15))
WB("v_max_u16", x > y ? x : y)
WB("v_min_u16", x < y ? x : y)
WB("v_max_i16", (int16_t)x > (int16_t)y ? x : y)
WB("v_min_i16", (int16_t)x < (int16_t)y ? x : y)
WT("v_mad_u16", x * y + z)
WT("v_mad_i16", x * y + z)
