// Scalar loads and stores (SMEM).
#include "operands.h"

template <int N> static void sload(Wave& w, const Op& o) {
  uint64_t a = rs64(w, o.s[0]) + (int64_t)(o.s[1].kind == K_IMM ? (int64_t)(o.s[1].imm & 0x1fffff) : (int64_t)rs(w, o.s[1]));
  a &= ~3ull;
  chk(w, o, a, 4);
  memcpy(&w.s[o.d.idx], (void*)a, 4 * N);
}
template <int N> static void sbload(Wave& w, const Op& o) {
  const uint32_t* r = &w.s[o.s[0].idx];
  uint64_t base = (r[0] | (uint64_t)(r[1] & 0xffff) << 32);
  uint32_t st = r[1] >> 16 & 0x3fff;
  uint64_t lim = st ? (uint64_t)r[2] * st : r[2];
  uint64_t of = (o.s[1].kind == K_IMM ? o.s[1].imm & 0x1fffff : rs(w, o.s[1])) & ~3ull;
  for (int i = 0; i < N; i++) {
    uint32_t x = 0;
    if (of + 4 * i + 4 <= lim) {
      chk(w, o, base + of + 4 * i, 4);
      x = *(uint32_t*)(base + of + 4 * i);
    }
    w.s[o.d.idx + i] = x;
  }
}
R_("s_load_dword", sload<1>);
R_("s_load_dwordx2", sload<2>);
R_("s_load_dwordx4", sload<4>);
R_("s_load_dwordx8", sload<8>);
R_("s_load_dwordx16", sload<16>);
R_("s_buffer_load_dword", sbload<1>);
R_("s_buffer_load_dwordx2", sbload<2>);
R_("s_buffer_load_dwordx4", sbload<4>);
R_("s_buffer_load_dwordx8", sbload<8>);
R_("s_buffer_load_dwordx16", sbload<16>);
template <int N> static void sstore(Wave& w, const Op& o) {
  uint64_t a = rs64(w, o.s[1]) + (o.s[2].kind == K_IMM ? o.s[2].imm & 0x1fffff : rs(w, o.s[2]));
  chk(w, o, a, 4 * N);
  memcpy((void*)(a & ~3ull), &w.s[o.s[0].idx], 4 * N);
}
R_("s_store_dword", sstore<1>, SH_ND);
R_("s_store_dwordx2", sstore<2>, SH_ND);
R_("s_store_dwordx4", sstore<4>, SH_ND);
