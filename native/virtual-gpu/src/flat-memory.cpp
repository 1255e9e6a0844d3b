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
static inline bool plain(const uint32_t* hi, uint64_t e) { // no active lane in an aperture
  return !(WHERE(hi[i] >= 0x00ff0000) & e);
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
  uint64_t ok = WHERE((lo[i] == al + 4 * i) & (hi[i] == ah));
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
        load(r[0], e, p);
        put32(w, o.d, r[0]);
        return;
      }
    for (int n = 0; n < N / 4; n++) gather(r[n], e, lo, hi, 4 * n);
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
      store((uint32_t*)p, w.exec(), dt);
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
