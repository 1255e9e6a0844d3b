// src/lanes.h against lanes one by one, over all kinds of masks: exec lanes (the host's vectors), exec lanes-avx2.
#include "../src/lanes.h"
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <sys/mman.h>

static int bad = 0;
static void same(const char* name, const void* a, const void* b, size_t n, uint64_t m) {
  if (memcmp(a, b, n) == 0) return;
  if (bad++ < 20) printf("%s is wrong for mask %016llx\n", name, (unsigned long long)m);
}
static uint64_t random64() {
  static uint64_t x = 1;
  x ^= x << 13;
  x ^= x >> 7;
  return x ^= x << 17;
}
static float f(uint32_t u) {
  float x;
  memcpy(&x, &u, 4);
  return x;
}

// Half precision by the definition: the nearest of the 65536, or of those no larger in size.
static double value(uint32_t h) {
  int e = h >> 10 & 31;
  double m = (h & 1023) / 1024. + (e > 0), s = e > 15 ? 1 << (e - 15) : 1. / (1 << (15 - (e ? e : 1)));
  return h >> 15 ? -m * s : m * s;
}
static uint32_t rounded(float x, bool nearest) {
  uint32_t u, sign, h = 0;
  memcpy(&u, &x, 4);
  sign = u >> 16 & 0x8000;
  double a = u >> 31 ? -(double)x : (double)x;
  if (x != x) return sign | 0x7e00 | (u >> 13 & 0x3ff);
  if (a > 1e6 && a == a * 2) return sign | 0x7c00;
  for (int step = 0x4000; step; step /= 2)
    if (h + step <= 0x7bff && value(h + step) <= a) h += step;
  if (!nearest) return sign | h;
  double below = a - value(h), above = (h == 0x7bff ? 65536. : value(h + 1)) - a;
  return sign | (above < below || (above == below && h & 1) ? h + 1 : h);
}

static void masked(uint64_t m) {
  AL uint32_t a[64], b[64], offset[64], lo[64], hi[64], r[64], wanted[64];
  AL uint32_t memory[512], copy[512];
  for (auto& x : memory) x = (uint32_t)random64();
  memcpy(copy, memory, sizeof copy);
  L64 {
    a[i] = (uint32_t)random64();
    b[i] = (uint32_t)random64();
    offset[i] = (i * 37 % 64) * 24 + i % 4; // not aligned, not overlapping
    uint64_t address = (uint64_t)memory + offset[i];
    // Outside the mask nothing is touched: addresses there are none.
    lo[i] = m >> i & 1 ? (uint32_t)address : 16;
    hi[i] = m >> i & 1 ? (uint32_t)(address >> 32) : 0;
  }
  pick(r, m, a, b);
  L64 wanted[i] = m >> i & 1 ? a[i] : b[i];
  same("pick", r, wanted, 256, m);
  memcpy(r, b, 256);
  merge(r, m, a);
  same("merge", r, wanted, 256, m);
  load(r, m, memory + 3);
  L64 wanted[i] = m >> i & 1 ? memory[3 + i] : 0;
  same("load", r, wanted, 256, m);
  L64 {
    wanted[i] = 0;
    if (m >> i & 1) memcpy(wanted + i, (uint8_t*)memory + 8 + offset[i], 4);
  }
  gather(r, m, (uint8_t*)memory + 8, offset);
  same("gather", r, wanted, 256, m);
  gather(r, m, lo, hi, 8);
  same("gather by addresses", r, wanted, 256, m);
  scatter((uint8_t*)memory, m, offset, a);
  L64
    if (m >> i & 1) memcpy((uint8_t*)copy + offset[i], a + i, 4);
  same("scatter", memory, copy, sizeof copy, m);
  store(memory + 5, m, b);
  L64
    if (m >> i & 1) copy[5 + i] = b[i];
  same("store", memory, copy, sizeof copy, m);
  L64 a[i] = m >> i & 1 ? a[i] | 1 : 0;
  uint64_t found = WHERE(a[i]);
  same("where", &found, &m, 8, m);
  AL float x[64];
  L64 x[i] = m >> i & 1 ? 2.f : NAN;
  found = WHERE((x[i] > 1) & (a[i] != 0));
  same("where, two conditions", &found, &m, 8, m);
  if (!m) return;
  uint32_t least, greatest, l = ~0u, g = 0;
  L64
    if (m >> i & 1) {
      l = a[i] < l ? a[i] : l;
      g = a[i] > g ? a[i] : g;
    }
  extent(a, m, least, greatest);
  same("extent", &least, &l, 4, m);
  same("extent", &greatest, &g, 4, m);
}
// The last lane inside the mask ends where the memory does.
static void edge() {
  uint8_t* page = (uint8_t*)mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(page + 4096, 4096);
  AL uint32_t r[64];
  for (int n = 1; n < 64; n++) {
    uint32_t* p = (uint32_t*)(page + 4096) - n;
    uint64_t m = (1ull << n) - 1;
    L64 r[i] = i;
    store(p, m, r);
    load(r, m, p);
    L64
      if (r[i] != (i < n ? (uint32_t)i : 0)) bad++;
  }
}
static void halves() {
  AL uint32_t u[64], r[64];
  AL float x[64];
  for (uint32_t h = 0; h < 65536; h += 64) { // all of them, there and back
    L64 u[i] = h + i;
    h2f(u, x);
    f2h(x, r);
    L64 {
      bool nan = (u[i] & 0x7c00) == 0x7c00 && u[i] & 0x3ff;
      if (r[i] != (nan ? u[i] | 0x200 : u[i]) || (!nan && (u[i] & 0x7c00) != 0x7c00 && x[i] != value(u[i]))) bad++;
      float alone = single(u[i]);
      if (memcmp(&x[i], &alone, 4)) bad++;
    }
  }
  for (int k = 0; k < 300; k++) { // sizes around those of halves, halfway cases, infinities and NaN
    L64 {
      uint64_t q = random64();
      uint32_t exponent = q % 16 == 0 ? (uint32_t)(q >> 40) & 255 : 127 - 27 + (uint32_t)(q >> 40) % 45;
      uint32_t mantissa = (uint32_t)(q >> 8) & 0x7fffff;
      if (q & 16) mantissa &= 0x7ff000;
      if (q & 32) mantissa &= 0x7fe000;
      x[i] = f((uint32_t)(q >> 63) << 31 | exponent << 23 | mantissa);
    }
    f2h(x, r);
    L64 {
      float y = x[i];
      uint32_t bits;
      memcpy(&bits, &y, 4);
      if ((bits & 0x7f800000) == 0) continue; // a denormal: nothing or zero, by the mode
      if (r[i] != rounded(y, true) || half(y) != r[i] || halfTowardsZero(y) != rounded(y, false))
        if (bad++ < 20) printf("%08x as a half: %04x, %04x, towards zero %04x\n", bits, r[i], half(y), halfTowardsZero(y));
    }
  }
}
int main() {
  for (int k = 0; k < 64; k++) masked(~0ull << k), masked(~0ull >> k), masked(1ull << k), masked(~(1ull << k));
  masked(0);
  for (int k = 0; k < 20000; k++) masked(k % 3 ? random64() : random64() & random64() & random64());
  edge();
  halves();
  for (uint32_t mode : {0x3f80u, 0x5f80u, 0x7f80u, 0x9fc0u}) { // other roundings, denormals flushed: no difference
    _mm_setcsr(mode);
    halves();
  }
  _mm_setcsr(0x1f80);
  printf("vectors of %d lanes\n%s\n", VL, bad ? "FAILED" : "all ok");
  return bad != 0;
}
