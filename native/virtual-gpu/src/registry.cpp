// The mnemonic table, the rounding and denormal mode of the host, fatal errors, the clock.
#include "operands.h"
#include <cstdarg>
#include <time.h>

uint64_t vg_now_ns() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}
int vg_checked = 0;
std::unordered_map<string, Info>& vg_table() {
  static auto* t = new std::unordered_map<string, Info>;
  return *t;
}

void vg_set_mxcsr(uint32_t mode) {
  uint32_t c = 0x1f80;
  static const uint32_t rc[4] = {0, 2, 1, 3};
  c |= rc[mode & 3] << 13;
  if (((mode >> 4) & 3) == 0) c |= 0x8040; // FTZ | DAZ
  _mm_setcsr(c);
}

void vg_fatal(Wave* w, const Op* o, const char* fmt, ...) {
  va_list a;
  va_start(a, fmt);
  fprintf(stderr, "vgpu: FATAL: ");
  vfprintf(stderr, fmt, a);
  va_end(a);
  if (o) fprintf(stderr, "  at \"%s\"", o->text);
  if (w) fprintf(stderr, " pc=0x%x", w->pc * 4);
  fprintf(stderr, "\n");
  fflush(stderr);
  abort();
}
