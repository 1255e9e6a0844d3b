// What a wave does with all its lanes at once and plain loops do not say well: masks, gathers, scatters, half precision. All else is loops
// over lanes, which the compiler makes vectors of: only this file knows those of the host, AVX-512 (F, BW, DQ) or AVX2 with FMA and F16C.
#pragma once
#include <cstdint>
#include <cstring>
#include <immintrin.h>

#define L64 for (int i = 0; i < 64; i++)
#define AL alignas(64)

// A mask has a bit for each lane. The memory of lanes outside it is not touched, and what they get is 0.
static void pick(uint32_t* r, uint64_t m, const uint32_t* a, const uint32_t* b); // a, and b outside the mask
static void merge(uint32_t* v, uint64_t m, const uint32_t* a);                   // into a register
static void load(uint32_t* r, uint64_t m, const uint32_t* p);                    // consecutive dwords
static void store(uint32_t* p, uint64_t m, const uint32_t* a);
static void gather(uint32_t* r, uint64_t m, const uint8_t* base, const uint32_t* offset); // offsets below 2 GiB
static void scatter(uint8_t* base, uint64_t m, const uint32_t* offset, const uint32_t* a);
static void gather(uint32_t* r, uint64_t m, const uint32_t* lo, const uint32_t* hi, uint32_t offset); // addresses of 64 bits

#if defined __AVX512F__ && defined __AVX512BW__ && defined __AVX512DQ__
constexpr int VL = 16; // lanes in a vector of the host
#define PARTS for (int k = 0; k < 64; k += VL)
static inline __m512i at(const uint32_t* p) { return _mm512_loadu_si512(p); }
static inline void put(uint32_t* p, __m512i v) { _mm512_storeu_si512(p, v); }
static inline __mmask16 part(uint64_t m, int k) { return (__mmask16)(m >> k); }
static inline uint64_t signs(const uint32_t* a) { return _mm512_movepi32_mask(at(a)); }

static inline void pick(uint32_t* r, uint64_t m, const uint32_t* a, const uint32_t* b) {
  PARTS put(r + k, _mm512_mask_blend_epi32(part(m, k), at(b + k), at(a + k)));
}
static inline void merge(uint32_t* v, uint64_t m, const uint32_t* a) { store(v, m, a); }
static inline void load(uint32_t* r, uint64_t m, const uint32_t* p) { PARTS put(r + k, _mm512_maskz_loadu_epi32(part(m, k), p + k)); }
static inline void store(uint32_t* p, uint64_t m, const uint32_t* a) { PARTS _mm512_mask_storeu_epi32(p + k, part(m, k), at(a + k)); }
static inline void gather(uint32_t* r, uint64_t m, const uint8_t* base, const uint32_t* offset) {
  PARTS put(r + k, _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), part(m, k), at(offset + k), base, 1));
}
static inline void scatter(uint8_t* base, uint64_t m, const uint32_t* offset, const uint32_t* a) {
  PARTS _mm512_mask_i32scatter_epi32(base, part(m, k), at(offset + k), at(a + k), 1);
}
static inline void gather(uint32_t* r, uint64_t m, const uint32_t* lo, const uint32_t* hi, uint32_t offset) {
  const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
                high = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const void* base = (const void*)(uintptr_t)offset;
  const __m256i zero = _mm256_setzero_si256();
  PARTS {
    __m512i a = _mm512_permutex2var_epi32(at(lo + k), low, at(hi + k)), b = _mm512_permutex2var_epi32(at(lo + k), high, at(hi + k));
    __m256i x = _mm512_mask_i64gather_epi32(zero, (__mmask8)part(m, k), a, base, 1),
            y = _mm512_mask_i64gather_epi32(zero, (__mmask8)part(m, k + 8), b, base, 1);
    put(r + k, _mm512_inserti64x4(_mm512_castsi256_si512(x), y, 1));
  }
}
#undef PARTS

#elif defined __AVX2__ && defined __FMA__ && defined __F16C__
constexpr int VL = 8;
typedef uint32_t Vec __attribute__((vector_size(4 * VL), aligned(4)));
static inline Vec at(const uint32_t* p) { return *(const Vec*)p; }
static inline uint64_t signs(const uint32_t* a) { return (uint32_t)_mm256_movemask_ps((__m256)at(a)); }
// The masked moves and the gathers of this instruction set are no faster than lanes one by one.
#define EACH(statement)                               \
  if (m == ~0ull) {                                   \
    L64 statement;                                    \
  } else                                              \
    for (uint64_t left = m; left; left &= left - 1) { \
      int i = __builtin_ctzll(left);                  \
      statement;                                      \
    }
#define FETCH(address)               \
  if (m != ~0ull) memset(r, 0, 256); \
  EACH(memcpy(r + i, address, 4))

static inline void pick(uint32_t* r, uint64_t m, const uint32_t* a, const uint32_t* b) {
  const Vec bit = {1, 2, 4, 8, 16, 32, 64, 128};
  for (int k = 0; k < 64; k += VL) *(Vec*)(r + k) = (bit & (uint32_t)(m >> k)) == bit ? at(a + k) : at(b + k);
}
static inline void merge(uint32_t* v, uint64_t m, const uint32_t* a) { pick(v, m, a, v); }
static inline void load(uint32_t* r, uint64_t m, const uint32_t* p) { FETCH(p + i) }
static inline void store(uint32_t* p, uint64_t m, const uint32_t* a) { EACH(memcpy(p + i, a + i, 4)) }
static inline void gather(uint32_t* r, uint64_t m, const uint8_t* base, const uint32_t* offset) { FETCH(base + offset[i]) }
static inline void scatter(uint8_t* base, uint64_t m, const uint32_t* offset, const uint32_t* a) {
  EACH(memcpy(base + offset[i], a + i, 4))
}
static inline void gather(uint32_t* r, uint64_t m, const uint32_t* lo, const uint32_t* hi, uint32_t offset) {
  FETCH((const uint8_t*)(lo[i] | (uint64_t)hi[i] << 32) + offset)
}
#undef EACH
#undef FETCH
#else
#error "the interpreter needs AVX2, FMA and F16C"
#endif

// The lanes i for which a condition holds: a plain expression that does not branch, with & and | for && and ||.
#define WHERE(condition) \
  where([&](int i) {     \
    return condition;    \
  })
template <class F> static inline uint64_t where(F f) {
  uint64_t m = 0;
#pragma GCC unroll 8
  for (int k = 0; k < 64; k += VL) {
    AL uint32_t c[VL];
    for (int i = 0; i < VL; i++) c[i] = f(k + i) ? ~0u : 0;
    m |= signs(c) << k;
  }
  return m;
}
// The least and the greatest of a in a mask that is not empty.
static inline void extent(const uint32_t* a, uint64_t m, uint32_t& least, uint32_t& greatest) {
  AL uint32_t first[64], t[64];
  const uint32_t x = a[__builtin_ctzll(m)];
  L64 first[i] = x;
  pick(t, m, a, first);
  least = greatest = x;
  L64 {
    least = t[i] < least ? t[i] : least;
    greatest = t[i] > greatest ? t[i] : greatest;
  }
}

// Half precision. To the nearest, ties to even, whatever the mode of the wave; denormals stay.
static inline uint16_t half(float x) { return _cvtss_sh(x, _MM_FROUND_TO_NEAREST_INT); }
static inline uint16_t halfTowardsZero(float x) { return _cvtss_sh(x, _MM_FROUND_TO_ZERO); }
static inline float single(uint16_t h) { return _cvtsh_ss(h); }
static inline void h2f(const uint32_t* a, float* f) {
  AL uint16_t h[64];
  L64 h[i] = (uint16_t)a[i];
  for (int k = 0; k < 64; k += 8) _mm256_storeu_ps(f + k, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)(h + k))));
}
static inline void f2h(const float* f, uint32_t* r) {
  AL uint16_t h[64];
  for (int k = 0; k < 64; k += 8) _mm_storeu_si128((__m128i*)(h + k), _mm256_cvtps_ph(_mm256_loadu_ps(f + k), _MM_FROUND_TO_NEAREST_INT));
  L64 r[i] = h[i];
}
