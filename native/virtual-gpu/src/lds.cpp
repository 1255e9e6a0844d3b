// Local data share: reads, writes, atomics, lane permutations (DS).
#include "atomics.h"

static inline uint32_t dsaddr(Wave& w, const Op&, const Opd& a, int l) { return w.v[a.idx * 64 + l]; }
// LDS addresses wrap at 32 bits: compilers use negative bases with positive offsets on this generation
static inline void ldsr(Wave& w, uint64_t a, void* p, uint32_t n) {
  a = (uint32_t)a;
  if (a + n <= w.ldsSize)
    memcpy(p, w.lds + a, n);
  else
    memset(p, 0, n);
}
static inline void ldsw(Wave& w, uint64_t a, const void* p, uint32_t n) {
  a = (uint32_t)a;
  if (a + n <= w.ldsSize) memcpy(w.lds + a, p, n);
}
template <int N, int SX> static void dsr(Wave& w, const Op& o) {
  AL uint32_t r[4][64];
  if (N >= 4) { // every active lane inside the allocation: gather
    const uint32_t* ad = w.v + o.s[0].idx * 64;
    AL uint32_t x[64];
    uint64_t e = w.exec();
    uint32_t of = o.offset, size = w.ldsSize;
    L64 x[i] = ad[i] + of;
    if (size >= N && !(WHERE(x[i] > size - N) & e)) {
      for (int n = 0; n < N / 4; n++) gather(r[n], e, w.lds + 4 * n, x);
      for (int n = 0; n < N / 4; n++) {
        Opd d = o.d;
        d.idx += n;
        put32(w, d, r[n]);
      }
      return;
    }
  }
  for (uint64_t m = w.exec(); m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    uint64_t a = (uint64_t)dsaddr(w, o, o.s[0], l) + o.offset;
    if (N >= 4) {
      uint32_t q[4];
      ldsr(w, a, q, N);
      for (int k = 0; k < N / 4; k++) r[k][l] = q[k];
    } else if (N == 1) {
      uint8_t q;
      ldsr(w, a, &q, 1);
      r[0][l] = SX ? (uint32_t)(int8_t)q : q;
    } else {
      uint16_t q;
      ldsr(w, a, &q, 2);
      r[0][l] = SX ? (uint32_t)(int16_t)q : q;
    }
  }
  for (int k = 0; k < (N + 3) / 4; k++) {
    Opd d = o.d;
    d.idx += k;
    put32(w, d, r[k]);
  }
}
template <int N, int ST> static void dsr2(Wave& w, const Op& o) {
  AL uint32_t r[4][64];
  const int W = N / 4;
  for (uint64_t m = w.exec(); m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    uint64_t a = dsaddr(w, o, o.s[0], l);
    uint32_t q[2];
    ldsr(w, a + (uint64_t)o.offset * N * ST, q, N);
    for (int k = 0; k < W; k++) r[k][l] = q[k];
    ldsr(w, a + (uint64_t)o.offset1 * N * ST, q, N);
    for (int k = 0; k < W; k++) r[W + k][l] = q[k];
  }
  for (int k = 0; k < 2 * W; k++) {
    Opd d = o.d;
    d.idx += k;
    put32(w, d, r[k]);
  }
}
template <int N> static void dsw(Wave& w, const Op& o) {
  const uint32_t* dt = w.v + o.s[1].idx * 64;
  for (uint64_t m = w.exec(); m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    uint64_t a = (uint64_t)dsaddr(w, o, o.s[0], l) + o.offset;
    uint32_t q[4];
    for (int k = 0; k < (N + 3) / 4; k++) q[k] = dt[k * 64 + l];
    ldsw(w, a, q, N);
  }
}
template <int N, int ST> static void dsw2(Wave& w, const Op& o) {
  const uint32_t *d0 = w.v + o.s[1].idx * 64, *d1 = w.v + o.s[2].idx * 64;
  for (uint64_t m = w.exec(); m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    uint64_t a = dsaddr(w, o, o.s[0], l);
    uint32_t q[2];
    for (int k = 0; k < N / 4; k++) q[k] = d0[k * 64 + l];
    ldsw(w, a + (uint64_t)o.offset * N * ST, q, N);
    for (int k = 0; k < N / 4; k++) q[k] = d1[k * 64 + l];
    ldsw(w, a + (uint64_t)o.offset1 * N * ST, q, N);
  }
}
R_("ds_read_b32", (dsr<4, 0>));
R_("ds_read_b64", (dsr<8, 0>));
R_("ds_read_b96", (dsr<12, 0>));
R_("ds_read_b128", (dsr<16, 0>));
R_("ds_read_u8", (dsr<1, 0>));
R_("ds_read_i8", (dsr<1, 1>));
R_("ds_read_u16", (dsr<2, 0>));
R_("ds_read_i16", (dsr<2, 1>));
R_("ds_read2_b32", (dsr2<4, 1>));
R_("ds_read2st64_b32", (dsr2<4, 64>));
R_("ds_read2_b64", (dsr2<8, 1>));
R_("ds_read2st64_b64", (dsr2<8, 64>));
R_("ds_write_b8", dsw<1>, SH_ND);
R_("ds_write_b16", dsw<2>, SH_ND);
R_("ds_write_b32", dsw<4>, SH_ND);
R_("ds_write_b64", dsw<8>, SH_ND);
R_("ds_write_b96", dsw<12>, SH_ND);
R_("ds_write_b128", dsw<16>, SH_ND);
R_("ds_write2_b32", (dsw2<4, 1>), SH_ND);
R_("ds_write2st64_b32", (dsw2<4, 64>), SH_ND);
R_("ds_write2_b64", (dsw2<8, 1>), SH_ND);
R_("ds_write2st64_b64", (dsw2<8, 64>), SH_ND);
template <class T, int K, bool RTN>
static void dsat(Wave& w, const Op& o) { // ND: [d,] addr, data[, data2]; for cmpst data=compare, data2=new
  const int b = RTN ? 1 : 0, W = sizeof(T) / 4;
  AL uint32_t r[2][64];
  const uint32_t* d0 = w.v + o.s[b + 1].idx * 64;
  const uint32_t* d1 = w.v + (K == A_CMPSWAP ? o.s[b + 2].idx : 0) * 64;
  for (uint64_t m = w.exec(); m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    uint64_t a = (uint64_t)dsaddr(w, o, o.s[b], l) + o.offset;
    T old;
    ldsr(w, a, &old, sizeof(T));
    T nw = K == A_CMPSWAP ? acalc<T, K>(old, gl<T>(d1, l), gl<T>(d0, l)) : acalc<T, K>(old, gl<T>(d0, l), 0);
    ldsw(w, a, &nw, sizeof(T));
    r[0][l] = (uint32_t)old;
    if (W == 2) r[1][l] = (uint32_t)((uint64_t)old >> 32);
  }
  if (RTN)
    for (int k = 0; k < W; k++) {
      Opd d = o.s[0];
      d.idx += k;
      put32(w, d, r[k]);
    }
}
template <class T, int K> static void regds(const char* n, const char* ty) {
  reg(strdup((string("ds_") + n + "_" + ty).c_str()), dsat<T, K, false>, SH_ND);
  reg(strdup((string("ds_") + n + "_rtn_" + ty).c_str()), dsat<T, K, true>, SH_ND);
}
static int r_at = [] {
  regds<uint32_t, A_ADD>("add", "u32");
  regds<uint32_t, A_SUB>("sub", "u32");
  regds<uint32_t, A_RSUB>("rsub", "u32");
  regds<uint32_t, A_INC>("inc", "u32");
  regds<uint32_t, A_DEC>("dec", "u32");
  regds<uint32_t, A_SMIN>("min", "i32");
  regds<uint32_t, A_SMAX>("max", "i32");
  regds<uint32_t, A_UMIN>("min", "u32");
  regds<uint32_t, A_UMAX>("max", "u32");
  regds<uint32_t, A_AND>("and", "b32");
  regds<uint32_t, A_OR>("or", "b32");
  regds<uint32_t, A_XOR>("xor", "b32");
  regds<uint32_t, A_CMPSWAP>("cmpst", "b32");
  regds<uint32_t, A_CMPSWAP>("cmpst", "f32");
  regds<uint32_t, A_FMIN>("min", "f32");
  regds<uint32_t, A_FMAX>("max", "f32");
  regds<uint32_t, A_FADD>("add", "f32");
  regds<uint64_t, A_ADD>("add", "u64");
  regds<uint64_t, A_SUB>("sub", "u64");
  regds<uint64_t, A_INC>("inc", "u64");
  regds<uint64_t, A_DEC>("dec", "u64");
  regds<uint64_t, A_SMIN>("min", "i64");
  regds<uint64_t, A_SMAX>("max", "i64");
  regds<uint64_t, A_UMIN>("min", "u64");
  regds<uint64_t, A_UMAX>("max", "u64");
  regds<uint64_t, A_AND>("and", "b64");
  regds<uint64_t, A_OR>("or", "b64");
  regds<uint64_t, A_XOR>("xor", "b64");
  regds<uint64_t, A_CMPSWAP>("cmpst", "b64");
  regds<uint64_t, A_FMIN>("min", "f64");
  regds<uint64_t, A_FMAX>("max", "f64");
  reg("ds_wrxchg_rtn_b32", dsat<uint32_t, A_SWAP, true>, SH_ND);
  reg("ds_wrxchg_rtn_b64", dsat<uint64_t, A_SWAP, true>, SH_ND);
  return 0;
}();
R_("ds_bpermute_b32", OP { AL uint32_t ta[64], r[64];
  const uint32_t *A = w.v + o.s[0].idx * 64, *B = U(w, o.s[1], ta);
  uint64_t e = w.exec(); L64 {
    uint32_t l = ((A[i] + o.offset) >> 2) & 63;
    r[i] = (e >> l & 1) ? B[l] : 0;
  }
  put32(w, o.d, r);
});
R_("ds_permute_b32", OP { AL uint32_t ta[64], r[64] = {};
  const uint32_t *A = w.v + o.s[0].idx * 64, *B = U(w, o.s[1], ta);
  uint64_t e = w.exec(); L64
    if (e >> i & 1) r[((A[i] + o.offset) >> 2) & 63] = B[i];
  put32(w, o.d, r);
});
R_("ds_swizzle_b32", OP {
  uint32_t of = o.w0 & 0xffff; AL uint32_t r[64];
  const uint32_t* A = w.v + o.s[0].idx * 64;
  uint64_t e = w.exec();
  L64 {
    int j;
    if (of & 0x8000)
      j = (i & ~3) | (of >> (2 * (i & 3)) & 3);
    else
      j = (i & 32) | ((((i & 31) & (of & 31)) | (of >> 5 & 31)) ^ (of >> 10 & 31));
    r[i] = (e >> j & 1) ? A[j] : 0;
  }
  put32(w, o.d, r);
});
