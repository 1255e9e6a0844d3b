// Setting up the waves of a work-group as the hardware does, and running them.
#include "work-group.h"
#include <cstdlib>

static void setWave(Arena& A, size_t i, Kernel* k, uint64_t scratchBytes) {
  while (A.w.size() <= i) {
    A.w.push_back(new (std::align_val_t(64)) Wave);
    A.nvAlloc.push_back(0);
    A.scr.push_back(nullptr);
    A.scrSz.push_back(0);
  }
  uint32_t nv = ((k->rsrc1 & 63) + 1) * 4, need = (nv + 8) * 64;
  Wave& w = *A.w[i];
  if (A.nvAlloc[i] < need) {
    free(w.v);
    w.v = (uint32_t*)aligned_alloc(64, need * 4ull + 4096);
    A.nvAlloc[i] = need;
  }
  if (A.scrSz[i] < scratchBytes) {
    free(A.scr[i]);
    A.scr[i] = (uint8_t*)aligned_alloc(4096, (scratchBytes + 8191) & ~4095ull);
    A.scrSz[i] = scratchBytes;
  }
  w.nv = nv;
  w.scratch = A.scr[i];
  w.scratchSize = scratchBytes;
}
uint32_t vg_start_group(Job& J, Arena& A, uint64_t g) {
  Kernel* k = J.k;
  uint32_t gx = g % J.ng.x, gy = g / J.ng.x % J.ng.y, gz = (uint32_t)(g / ((uint64_t)J.ng.x * J.ng.y));
  auto part = [](uint32_t grid, uint32_t b, uint32_t id) {
    uint32_t left = grid - id * b;
    return left < b ? left : b;
  };
  uint32_t bx = part(J.grid.x, J.block.x, gx), by = part(J.grid.y, J.block.y, gy), bz = part(J.grid.z, J.block.z, gz), n = bx * by * bz,
           nw = (n + 63) / 64;
  uint64_t scr = k->priv || k->dynStack ? ((uint64_t)k->priv + (k->dynStack ? 16384 : 0) + 16) * 64 : 0;
  if (!scr && (k->rsrc2 & 1)) scr = 64 * 64;
  static const int poison = getenv("VGPU_POISON") ? atoi(getenv("VGPU_POISON")) : 0;
  if (A.ldsSize < J.lds + 64) {
    free(A.lds);
    A.ldsSize = J.lds + 64;
    A.lds = (uint8_t*)aligned_alloc(64, A.ldsSize);
    memset(A.lds, 0, A.ldsSize);
  }
  if (poison) memset(A.lds, 0xff, J.lds);
  for (uint32_t i = 0; i < nw; i++) {
    setWave(A, i, k, scr);
    Wave& w = *A.w[i];
    memset(w.s, 0, sizeof w.s);
    memset(w.v, poison ? 0xff : 0, (w.nv + 8) * 256ull);
    if (poison && scr) memset(w.scratch, 0xff, scr);
    w.co = k->co;
    w.pc = k->entry / 4;
    w.scc = 0;
    w.st = ST_RUN;
    w.gidx = 0;
    w.mode = k->rsrc1 >> 12 & 0xff;
    w.dx10 = k->rsrc1 >> 21 & 1;
    w.mode |= w.dx10 << 8;
    w.lds = A.lds;
    w.ldsSize = J.lds;
    w.ninst = w.nvalu = w.rd = w.wr = 0;
    uint32_t s = 0;
    uint16_t P = k->props;
    auto put = [&](uint64_t v) {
      w.s[s++] = (uint32_t)v;
      w.s[s++] = (uint32_t)(v >> 32);
    };
    if (P & 1) {
      uint64_t b = (uint64_t)w.scratch;
      w.s[s++] = (uint32_t)b;
      w.s[s++] = (uint32_t)(b >> 32 & 0xffff) | 0x80000000u;
      w.s[s++] = 0xffffffffu;
      w.s[s++] = 1u << 19 | 3u << 21 | 1u << 23 | 0x7000;
    }
    if (P & 2) put(J.packet);
    if (P & 4) put(J.queue);
    if (P & 8) put(J.karg);
    if (P & 16) put(1);
    if (P & 32) {
      w.s[s++] = 0;
      w.s[s++] = k->priv;
    }
    if (P & 64) w.s[s++] = k->priv;
    s = k->rsrc2 >> 1 & 31;
    if (k->rsrc2 & 1 << 7) w.s[s++] = gx;
    if (k->rsrc2 & 1 << 8) w.s[s++] = gy;
    if (k->rsrc2 & 1 << 9) w.s[s++] = gz;
    if (k->rsrc2 & 1 << 10) w.s[s++] = nw | (i == 0 ? 1u << 26 : 0);
    if (k->rsrc2 & 1) w.s[s++] = 0;
    uint64_t ex = 0;
    for (uint32_t l = 0; l < 64; l++) {
      uint32_t id = i * 64 + l;
      if (id >= n) break;
      ex |= 1ull << l;
      w.v[l] = id % bx;
      if (w.nv > 1) w.v[64 + l] = id / bx % by;
      if (w.nv > 2) w.v[128 + l] = id / (bx * by);
    }
    w.exec() = ex;
  }
  return nw;
}
bool vg_next_interval(Arena& A, uint32_t nw) {
  bool alive = false, allBar = true, anyBar = false;
  for (uint32_t i = 0; i < nw; i++) {
    int st = A.w[i]->st;
    if (st != ST_END) alive = true;
    if (st == ST_RUN) allBar = false;
    if (st == ST_BAR) anyBar = true;
  }
  if (allBar && anyBar)
    for (uint32_t i = 0; i < nw; i++)
      if (A.w[i]->st == ST_BAR) A.w[i]->st = ST_RUN;
  return alive;
}
void vg_finish_group(Job& J, Arena& A, uint32_t nw) {
  uint64_t cnt = 0, va = 0, rd = 0, wr = 0;
  for (uint32_t i = 0; i < nw; i++) {
    cnt += A.w[i]->ninst;
    va += A.w[i]->nvalu;
    rd += A.w[i]->rd;
    wr += A.w[i]->wr;
  }
  J.inst += cnt;
  J.valu += va;
  J.rd += rd;
  J.wr += wr;
}
void vg_run_group(Job& J, Arena& A, uint64_t g) {
  uint32_t nw = vg_start_group(J, A, g);
  do { // every wave to its next barrier or its end
    for (uint32_t i = 0; i < nw; i++) {
      Wave& w = *A.w[i];
      if (w.st != ST_RUN) continue;
      vg_set_mxcsr(w.mode);
      vg_run(w, 2000000);
    }
  } while (vg_next_interval(A, nw));
  vg_finish_group(J, A, nw);
}
