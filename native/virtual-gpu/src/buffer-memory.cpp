// Loads, stores and atomics through buffer descriptors (MUBUF).
#include "atomics.h"
#include "buffer-address.h"

// Raw buffers without swizzling: the offsets f of all lanes, and the lanes in range for dword n.
static inline uint64_t bin(const uint32_t* f, const Srd& s, uint32_t so, int n) {
  uint64_t need = (uint64_t)so + 4 * n + 4;
  if (s.num < need) return 0;
  uint32_t last = (uint32_t)(s.num - need);
  return WHERE(f[i] <= last);
}
// false when the slow path is needed: another kind of buffer, an active lane beyond 2 GiB, or (VGPU_CHECK) lanes in range that do not all
// lie in one allocation
static inline bool braw(Wave& w, const Op& o, const Srd& s, const Opd& va, uint32_t so, uint32_t* f) {
  if (o.idxen || s.swz || s.stride || s.w3 >> 23 & 1) return false;
  const uint32_t *v = w.v + va.idx * 64, of = o.offset, used = o.offen ? ~0u : 0;
  L64 f[i] = of + (v[i] & used);
  if (s.num >= 0x7fffffffu && WHERE(f[i] > 0x7ffffff0) & w.exec()) return false;
  if (__builtin_expect(!vg_checked, 1)) return true;
  uint64_t m = bin(f, s, so, 0) & w.exec();
  if (!m) return true;
  uint32_t a, b;
  extent(f, m, a, b);
  return vg_check_range(s.base + so + a, (uint64_t)b - a + 4);
}
static void bchk(Wave& w, const Op& o, uint64_t a, uint32_t n) {
  if (vg_checked && !(a >= (uint64_t)w.scratch && a + n <= (uint64_t)w.scratch + w.scratchSize)) chk(w, o, a, n);
}
template <int N, int SX> static void bload(Wave& w, const Op& o) { // ops: vdata, vaddr, srsrc, soffset
  Srd s = srd(w, o.s[1]);
  uint32_t so = rs(w, o.s[2]);
  AL uint32_t f[64], r[4][64];
  w.rd += N * __builtin_popcountll(w.exec());
  if (o.ldsf) { // to LDS: M0 base + inst offset + lane*4
    uint32_t base = w.s[124] & 0xffff;
    for (uint64_t m = w.exec(); m; m &= m - 1) {
      int l = __builtin_ctzll(m);
      uint64_t a;
      uint32_t x = 0;
      if (baddr(w, o, s, o.s[0], so, l, 4, 0, a)) x = *(uint32_t*)a;
      uint32_t la = base + o.offset + l * 4;
      if (la + 4 <= w.ldsSize) memcpy(w.lds + la, &x, 4);
    }
    return;
  }
  if (N >= 4 && braw(w, o, s, o.s[0], so, f)) {
    for (int n = 0; n < N / 4; n++) gather(r[n], bin(f, s, so, n) & w.exec(), (const uint8_t*)s.base + so + 4 * n, f);
    for (int n = 0; n < N / 4; n++) {
      Opd d = o.d;
      d.idx += n;
      put32(w, d, r[n]);
    }
    return;
  }
  for (uint64_t m = w.exec(); m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    uint64_t a;
    if (N >= 4)
      for (int k = 0; k < N / 4; k++) {
        if (baddr(w, o, s, o.s[0], so, l, 4, 4 * k, a)) {
          bchk(w, o, a, 4);
          memcpy(&r[k][l], (void*)a, 4);
        } else
          r[k][l] = 0;
      }
    else if (baddr(w, o, s, o.s[0], so, l, N, 0, a)) {
      bchk(w, o, a, N);
      uint8_t* p = (uint8_t*)a;
      r[0][l] = N == 1 ? (SX ? (uint32_t)(int8_t)*p : *p) : (SX ? (uint32_t)*(int16_t*)p : *(uint16_t*)p);
    } else
      r[0][l] = 0;
  }
  for (int k = 0; k < (N + 3) / 4; k++) {
    Opd d = o.d;
    d.idx += k;
    put32(w, d, r[k]);
  }
}
template <int N> static void bstore(Wave& w, const Op& o) { // ND: vdata, vaddr, srsrc, soffset
  Srd s = srd(w, o.s[2]);
  uint32_t so = rs(w, o.s[3]);
  const uint32_t* dt = w.v + o.s[0].idx * 64;
  AL uint32_t f[64];
  w.wr += N * __builtin_popcountll(w.exec());
  if (N >= 4 && braw(w, o, s, o.s[1], so, f)) {
    for (int n = 0; n < N / 4; n++) scatter((uint8_t*)s.base + so + 4 * n, bin(f, s, so, n) & w.exec(), f, dt + n * 64);
    return;
  }
  for (uint64_t m = w.exec(); m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    uint64_t a;
    if (N >= 4) {
      for (int k = 0; k < N / 4; k++)
        if (baddr(w, o, s, o.s[1], so, l, 4, 4 * k, a)) {
          bchk(w, o, a, 4);
          memcpy((void*)a, &dt[k * 64 + l], 4);
        }
    } else if (baddr(w, o, s, o.s[1], so, l, N, 0, a)) {
      bchk(w, o, a, N);
      memcpy((void*)a, &dt[l], N);
    }
  }
}
R_("buffer_load_ubyte", (bload<1, 0>));
R_("buffer_load_sbyte", (bload<1, 1>));
R_("buffer_load_ushort", (bload<2, 0>));
R_("buffer_load_sshort", (bload<2, 1>));
R_("buffer_load_dword", (bload<4, 0>));
R_("buffer_load_dwordx2", (bload<8, 0>));
R_("buffer_load_dwordx3", (bload<12, 0>));
R_("buffer_load_dwordx4", (bload<16, 0>));
R_("buffer_store_byte", bstore<1>, SH_ND);
R_("buffer_store_short", bstore<2>, SH_ND);
R_("buffer_store_dword", bstore<4>, SH_ND);
R_("buffer_store_dwordx2", bstore<8>, SH_ND);
R_("buffer_store_dwordx3", bstore<12>, SH_ND);
R_("buffer_store_dwordx4", bstore<16>, SH_ND);
template <class T, int K> static void batom(Wave& w, const Op& o) {
  Srd s = srd(w, o.s[2]);
  uint32_t so = rs(w, o.s[3]);
  uint32_t* dt = w.v + o.s[0].idx * 64;
  const int W = sizeof(T) / 4;
  AL uint32_t r[2][64];
  for (uint64_t m = w.exec(); m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    uint64_t a;
    T old = 0;
    if (baddr(w, o, s, o.s[1], so, l, sizeof(T), 0, a)) {
      bchk(w, o, a, sizeof(T));
      old = arun<T, K>((T*)a, gl<T>(dt, l), K == A_CMPSWAP ? gl<T>(dt + 64 * W, l) : 0);
    }
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
template <class T, int K> struct BufferAtomic {
  static void run(Wave& w, const Op& o) { batom<T, K>(w, o); }
};
static int r_atomics = reg_atomics<BufferAtomic>("buffer_atomic_");
