// Addresses of lanes through a buffer descriptor (MUBUF).
#pragma once
#include "operands.h"

struct Srd {
  uint64_t base;
  uint32_t stride, num, w3;
  bool swz;
};
static inline Srd srd(Wave& w, const Opd& o) {
  const uint32_t* r = &w.s[o.idx];
  return {r[0] | (uint64_t)(r[1] & 0xffff) << 32, r[1] >> 16 & 0x3fff, r[2], r[3], (bool)(r[1] >> 31)};
}
// returns false when out of range
static inline bool baddr(Wave& w, const Op& o, const Srd& s, const Opd& va, uint32_t soff, int l, uint32_t n, uint32_t extra,
                         uint64_t& out) {
  uint32_t index = 0, off = o.offset + extra;
  const uint32_t* v = w.v + va.idx * 64;
  if (o.idxen) {
    index = v[l];
    if (o.offen) off += v[64 + l];
  } else if (o.offen)
    off += v[l];
  if (s.w3 >> 23 & 1) index += l;
  uint64_t bo;
  if (s.swz) {
    uint32_t es = 2u << (s.w3 >> 19 & 3), is = 8u << (s.w3 >> 21 & 3);
    bo = ((uint64_t)(index / is) * s.stride + (uint64_t)(off / es) * es) * is + (index % is) * es + off % es;
    if (s.stride && index >= s.num) return false;
  } else {
    bo = (uint64_t)index * s.stride + off;
    if (s.stride == 0) {
      if ((uint64_t)off + soff + n > s.num) return false;
    } else if (index >= s.num)
      return false;
  }
  out = s.base + soff + bo;
  return true;
}
