// Reading and writing operands of 64 lanes, and the table that instruction families enter their mnemonics into.
#pragma once
#include "isa.h"
#include "lanes.h"
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <unordered_map>
using std::string;

static inline float bf(uint32_t u) {
  float f;
  memcpy(&f, &u, 4);
  return f;
}
static inline uint32_t fb(float f) {
  uint32_t u;
  memcpy(&u, &f, 4);
  return u;
}
static inline double bd(uint64_t u) {
  double f;
  memcpy(&f, &u, 8);
  return f;
}
static inline uint64_t db(double f) {
  uint64_t u;
  memcpy(&u, &f, 8);
  return u;
}

// ---------- scalar operands
static inline uint32_t rs(Wave& w, const Opd& o) {
  switch (o.kind) {
  case K_S: return w.s[o.idx];
  case K_IMM: return o.imm;
  case K_SCC: return w.scc;
  case K_VCCZ: return w.vcc() == 0;
  case K_EXECZ: return w.exec() == 0;
  case K_V: return w.v[o.idx * 64];
  default: return 0;
  }
}
static inline uint64_t rs64(Wave& w, const Opd& o) {
  if (o.kind == K_S) {
    uint64_t r;
    memcpy(&r, &w.s[o.idx], 8);
    return r;
  }
  if (o.kind == K_IMM) return o.imm64;
  return rs(w, o);
}
static inline void ws(Wave& w, const Opd& o, uint32_t v) { w.s[o.idx] = v; }
static inline void ws64(Wave& w, const Opd& o, uint64_t v) { memcpy(&w.s[o.idx], &v, 8); }

// ---------- vector operands
static inline const uint32_t* U(Wave& w, const Opd& o, uint32_t* t) {
  if (o.kind == K_V) return w.v + o.idx * 64;
  uint32_t x = rs(w, o);
  L64 t[i] = x;
  return t;
}
static inline const float* F(Wave& w, const Opd& o, float* tf) {
  uint32_t* t = (uint32_t*)tf;
  if (o.kind == K_V) {
    const uint32_t* p = w.v + o.idx * 64;
    if (!(o.neg | o.abs)) return (const float*)p;
    uint32_t am = o.abs ? 0x7fffffffu : ~0u, nm = o.neg ? 0x80000000u : 0;
    L64 t[i] = (p[i] & am) ^ nm;
    return tf;
  }
  uint32_t x = rs(w, o);
  if (o.abs) x &= 0x7fffffffu;
  if (o.neg) x ^= 0x80000000u;
  L64 t[i] = x;
  return tf;
}
static inline void U64v(Wave& w, const Opd& o, uint64_t* t) {
  if (o.kind == K_V) {
    const uint32_t *p = w.v + o.idx * 64, *q = p + 64;
    L64 t[i] = p[i] | (uint64_t)q[i] << 32;
  } else {
    uint64_t x = rs64(w, o);
    L64 t[i] = x;
  }
}
static inline void D64(Wave& w, const Opd& o, double* td) {
  uint64_t* t = (uint64_t*)td;
  if (o.kind == K_IMM) {
    uint64_t x = o.immd;
    L64 t[i] = x;
  } else
    U64v(w, o, t);
  if (o.abs) L64 t[i] &= 0x7fffffffffffffffull;
  if (o.neg) L64 t[i] ^= 0x8000000000000000ull;
}
static inline void H(Wave& w, const Opd& o, float* f) {
  AL uint32_t t[64];
  if (o.kind == K_V) {
    const uint32_t* p = w.v + o.idx * 64;
    L64 t[i] = p[i] & 0xffff;
  } else {
    uint32_t x = (o.kind == K_IMM ? o.imm16 : rs(w, o)) & 0xffff;
    L64 t[i] = x;
  }
  if (o.abs) L64 t[i] &= 0x7fff;
  if (o.neg) L64 t[i] ^= 0x8000;
  h2f(t, f);
}
static inline void U16v(Wave& w, const Opd& o, uint32_t* t) {
  if (o.kind == K_V) {
    const uint32_t* p = w.v + o.idx * 64;
    L64 t[i] = p[i] & 0xffff;
  } else {
    uint32_t x = (o.kind == K_IMM ? o.imm16 : rs(w, o)) & 0xffff;
    L64 t[i] = x;
  }
}
static inline void put32(Wave& w, const Opd& d, const uint32_t* r) {
  uint32_t* p = w.v + d.idx * 64;
  uint64_t e = w.exec();
  if (e == ~0ull)
    memcpy(p, r, 256);
  else
    merge(p, e, r);
}
static inline void omodf(const Op& o, float* r) {
  if (o.omod) {
    float m = o.omod == 1 ? 2.f : o.omod == 2 ? 4.f : 0.5f;
    L64 r[i] *= m;
  }
  if (o.clamp) L64 r[i] = r[i] > 0.f ? (r[i] < 1.f ? r[i] : 1.f) : 0.f;
}
static inline void putf(Wave& w, const Op& o, float* r) {
  if (__builtin_expect(o.omod | o.clamp, 0)) omodf(o, r);
  put32(w, o.d, (const uint32_t*)r);
}
static inline void puth(Wave& w, const Op& o, float* r) {
  AL uint32_t t[64];
  if (o.omod | o.clamp) {
    f2h(r, t);
    h2f(t, r);
    omodf(o, r);
  }
  f2h(r, t);
  put32(w, o.d, t);
}
static inline void put64(Wave& w, const Opd& d, const uint64_t* r) {
  AL uint32_t lo[64], hi[64];
  L64 {
    lo[i] = (uint32_t)r[i];
    hi[i] = (uint32_t)(r[i] >> 32);
  }
  Opd h = d;
  h.idx++;
  put32(w, d, lo);
  put32(w, h, hi);
}
static inline void putd(Wave& w, const Op& o, double* r) {
  if (o.omod) {
    double m = o.omod == 1 ? 2. : o.omod == 2 ? 4. : 0.5;
    L64 r[i] *= m;
  }
  if (o.clamp) L64 r[i] = r[i] > 0. ? (r[i] < 1. ? r[i] : 1.) : 0.;
  put64(w, o.d, (const uint64_t*)r);
}
static inline uint64_t mk(const uint32_t* r) { // nonzero lanes
  return WHERE(r[i]);
}

// ---------- registry
enum Shape : uint8_t { SH_D, SH_DD, SH_ND }; // dest first; two dests first; no dest
struct Info {
  Fn fn;
  Shape sh;
  std::optional<timing::Cost> cost; // of the mnemonic, when one has been decoded
};
std::unordered_map<string, Info>& vg_table();
inline int reg(const char* n, Fn f, Shape s = SH_D) {
  vg_table()[n] = {f, s};
  return 0;
}
#define CAT_(a, b) a##b
#define CAT(a, b) CAT_(a, b)
#define R_ static int CAT(r_, __COUNTER__) = reg
#define OP [](Wave & w, const Op& o)

void vg_nop(Wave&, const Op&);
void vg_sdwa(Wave&, const Op&);    // sub-dword access around Op::inner
void vg_dpp(Wave&, const Op&);     // lane permutation around Op::inner
void vg_indexed(Wave&, const Op&); // VGPR index mode around an instruction

// ---------- shared by several families
static inline uint32_t brev(uint32_t a) {
  a = __builtin_bswap32(a);
  a = (a & 0x0f0f0f0f) << 4 | (a >> 4 & 0x0f0f0f0f);
  a = (a & 0x33333333) << 2 | (a >> 2 & 0x33333333);
  return (a & 0x55555555) << 1 | (a >> 1 & 0x55555555);
}
static inline float fmn(float x, float y) { return x != x ? y : y != y ? x : x < y ? x : y < x ? y : bf(fb(x) | fb(y)); }
static inline float fmx(float x, float y) { return x != x ? y : y != y ? x : x > y ? x : y > x ? y : bf(fb(x) & fb(y)); }
template <class T> static inline T gl(const uint32_t* p, int l) {
  if constexpr (sizeof(T) == 4)
    return p[l];
  else
    return p[l] | (uint64_t)p[64 + l] << 32;
}
static inline void chk(Wave& w, const Op& o, uint64_t a, uint32_t n) {
  if (__builtin_expect(vg_checked, 0) && !vg_check_range(a, n))
    vg_fatal(&w, &o, "access outside any allocation: 0x%llx size %u", (unsigned long long)a, n);
}
