// Loads, stores and atomics by 64-bit address (FLAT).
#include "atomics.h"

static uint8_t* flatp(Wave& w, const Op& o, uint64_t a, uint32_t n, int lane, uint8_t* hole) {
  uint32_t hi = (uint32_t)(a >> 32);
  if (__builtin_expect(hi == SHARED_HI, 0)) {
    uint32_t x = (uint32_t)a;
    if (x + n > w.ldsSize) return hole;
    return w.lds + x;
  }
  if (__builtin_expect(hi == PRIVATE_HI, 0)) {
    uint64_t x = (uint32_t)a;
    uint64_t p = (x >> 2) * 256 + lane * 4 + (x & 3);
    if (p + 4 > w.scratchSize) vg_fatal(&w, &o, "scratch overflow %llx", (unsigned long long)p);
    return w.scratch + p;
  }
  chk(w, o, a, n);
  return (uint8_t*)a;
}
// Dword n of 16 active lanes from per-lane 64-bit addresses. The caller has seen that none lies in an aperture.
static inline __m512i gather16(const uint32_t* lo, const uint32_t* hi, __mmask16 m, int n) {
  __m512i l = _mm512_loadu_si512(lo), h = _mm512_loadu_si512(hi);
  const __m512i ia = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
                ib = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  __m512i a = _mm512_permutex2var_epi32(l, ia, h), b = _mm512_permutex2var_epi32(l, ib, h);
  const uint8_t* base = (const uint8_t*)(uintptr_t)(4 * n);
  __m256i x = _mm512_mask_i64gather_epi32(_mm256_setzero_si256(), (__mmask8)m, a, base, 1),
          y = _mm512_mask_i64gather_epi32(_mm256_setzero_si256(), (__mmask8)(m >> 8), b, base, 1);
  return _mm512_inserti64x4(_mm512_castsi256_si512(x), y, 1);
}
static inline bool plain(const uint32_t* hi, uint64_t e) { // no active lane in an aperture
  uint64_t bad = 0;
  const __m512i lim = _mm512_set1_epi32(0x00ff0000);
  for (int k = 0; k < 4; k++) bad |= (uint64_t)_mm512_cmpge_epu32_mask(_mm512_loadu_si512(hi + 16 * k), lim) << (16 * k);
  return !(bad & e);
}
// with VGPU_CHECK: the lowest and the highest active address lie in one allocation
static inline bool span(const uint32_t* lo, const uint32_t* hi, uint64_t e, uint32_t n) {
  if (__builtin_expect(!vg_checked, 1)) return true;
  if (!e) return true;
  uint64_t a = ~0ull, b = 0;
  L64 {
    uint64_t x = lo[i] | (uint64_t)hi[i] << 32;
    bool on = e >> i & 1;
    uint64_t y = on ? x : ~0ull, z = on ? x : 0;
    a = y < a ? y : a;
    b = z > b ? z : b;
  }
  return vg_check_range(a, b - a + n);
}
// active lanes hold consecutive dwords: returns the address of lane 0, or null
static inline const uint32_t* consecutive(const uint32_t* lo, const uint32_t* hi, uint64_t e) {
  if (!e) return nullptr;
  int f = __builtin_ctzll(e);
  uint64_t a = (lo[f] | (uint64_t)hi[f] << 32) - 4ull * f;
  uint32_t al = (uint32_t)a;
  if (al > 0xfffffe00u) return nullptr;
  uint32_t ah = (uint32_t)(a >> 32);
  const __m512i st = _mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60);
  uint64_t ok = 0;
  for (int k = 0; k < 4; k++)
    ok |= (uint64_t)(_mm512_cmpeq_epi32_mask(_mm512_loadu_si512(lo + 16 * k), _mm512_add_epi32(st, _mm512_set1_epi32(al + 64 * k))) &
                     _mm512_cmpeq_epi32_mask(_mm512_loadu_si512(hi + 16 * k), _mm512_set1_epi32(ah)))
          << (16 * k);
  return (ok & e) == e ? (const uint32_t*)a : nullptr;
}
template <int N, int SX> static void fload(Wave& w, const Op& o) { // N bytes; SX: sign extend
  uint32_t *lo = w.v + o.s[0].idx * 64, *hi = lo + 64;
  uint64_t e = w.exec();
  AL uint32_t r[4][64];
  uint8_t hole[16] = {};
  w.rd += N * __builtin_popcountll(e);
  if (N >= 4 && plain(hi, e) && span(lo, hi, e, N)) {
    if (N == 4)
      if (const uint32_t* p = consecutive(lo, hi, e)) {
        for (int k = 0; k < 4; k++) _mm512_storeu_si512(r[0] + 16 * k, _mm512_maskz_loadu_epi32((__mmask16)(e >> (16 * k)), p + 16 * k));
        put32(w, o.d, r[0]);
        return;
      }
    for (int n = 0; n < N / 4; n++)
      for (int k = 0; k < 4; k++) _mm512_storeu_si512(r[n] + 16 * k, gather16(lo + 16 * k, hi + 16 * k, (__mmask16)(e >> (16 * k)), n));
    for (int n = 0; n < N / 4; n++) {
      Opd d = o.d;
      d.idx += n;
      put32(w, d, r[n]);
    }
    return;
  }
  for (uint64_t m = e; m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    uint64_t a = lo[l] | (uint64_t)hi[l] << 32;
    if (N >= 4) {
      if (N > 4 && hi[l] == PRIVATE_HI) {
        for (int k = 0; k < N / 4; k++) memcpy(&r[k][l], flatp(w, o, a + 4 * k, 4, l, hole), 4);
        continue;
      }
      uint8_t* p = flatp(w, o, a, N, l, hole);
      for (int k = 0; k < N / 4; k++) memcpy(&r[k][l], p + 4 * k, 4);
    } else {
      uint8_t* p = flatp(w, o, a, N, l, hole);
      r[0][l] = N == 1 ? (SX ? (uint32_t)(int8_t)*p : *p) : (SX ? (uint32_t)*(int16_t*)p : *(uint16_t*)p);
    }
  }
  for (int k = 0; k < (N + 3) / 4; k++) {
    Opd d = o.d;
    d.idx += k;
    put32(w, d, r[k]);
  }
}
template <int N> static void fstore(Wave& w, const Op& o) {
  uint32_t *lo = w.v + o.s[0].idx * 64, *hi = lo + 64, *dt = w.v + o.s[1].idx * 64;
  uint8_t hole[16];
  w.wr += N * __builtin_popcountll(w.exec());
  if (N == 4 && plain(hi, w.exec()) && span(lo, hi, w.exec(), N))
    if (const uint32_t* p = consecutive(lo, hi, w.exec())) {
      for (int k = 0; k < 4; k++)
        _mm512_mask_storeu_epi32((void*)(p + 16 * k), (__mmask16)(w.exec() >> (16 * k)), _mm512_loadu_si512(dt + 16 * k));
      return;
    }
  for (uint64_t m = w.exec(); m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    uint64_t a = lo[l] | (uint64_t)hi[l] << 32;
    if (N > 4 && hi[l] == PRIVATE_HI) {
      for (int k = 0; k < N / 4; k++) memcpy(flatp(w, o, a + 4 * k, 4, l, hole), &dt[k * 64 + l], 4);
      continue;
    }
    uint8_t* p = flatp(w, o, a, N, l, hole);
    if (N >= 4)
      for (int k = 0; k < N / 4; k++) memcpy(p + 4 * k, &dt[k * 64 + l], 4);
    else
      memcpy(p, &dt[l], N);
  }
}
R_("flat_load_ubyte", (fload<1, 0>));
R_("flat_load_sbyte", (fload<1, 1>));
R_("flat_load_ushort", (fload<2, 0>));
R_("flat_load_sshort", (fload<2, 1>));
R_("flat_load_dword", (fload<4, 0>));
R_("flat_load_dwordx2", (fload<8, 0>));
R_("flat_load_dwordx3", (fload<12, 0>));
R_("flat_load_dwordx4", (fload<16, 0>));
R_("flat_store_byte", fstore<1>, SH_ND);
R_("flat_store_short", fstore<2>, SH_ND);
R_("flat_store_dword", fstore<4>, SH_ND);
R_("flat_store_dwordx2", fstore<8>, SH_ND);
R_("flat_store_dwordx3", fstore<12>, SH_ND);
R_("flat_store_dwordx4", fstore<16>, SH_ND);

template <class T, int K> static void fatom(Wave& w, const Op& o) { // operands parsed as ND: [d,] addr, data when glc
  const Opd &ad = o.glc ? o.s[1] : o.s[0], &da = o.glc ? o.s[2] : o.s[1];
  const int W = sizeof(T) / 4;
  uint8_t hole[16] = {};
  uint32_t *lo = w.v + ad.idx * 64, *hi = lo + 64, *dt = w.v + da.idx * 64;
  AL uint32_t r[2][64];
  uint64_t e = w.exec();
  for (uint64_t m = e; m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    uint64_t a = lo[l] | (uint64_t)hi[l] << 32;
    T* p = (T*)flatp(w, o, a, sizeof(T), l, hole);
    T v = gl<T>(dt, l), c = K == A_CMPSWAP ? gl<T>(dt + 64 * W, l) : 0;
    T old = arun<T, K>(p, v, c);
    r[0][l] = (uint32_t)old;
    if (W == 2) r[1][l] = (uint32_t)((uint64_t)old >> 32);
  }
  if (o.glc)
    for (int k = 0; k < W; k++) {
      Opd d = o.s[0];
      d.idx += k;
      put32(w, d, r[k]);
    }
}
template <class T, int K> struct FlatAtomic {
  static void run(Wave& w, const Op& o) { fatom<T, K>(w, o); }
};
static int r_atomics = reg_atomics<FlatAtomic>("flat_atomic_");
