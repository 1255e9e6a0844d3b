// Kernel launch: work-groups on host threads, waves from barrier to barrier, the profile.
#include "isa.h"
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <elf.h>
#include <immintrin.h>
#include <map>
#include <memory>
#include <sys/mman.h>
#include <thread>
#include <dlfcn.h>
using std::string;

Stats vg_stats;
extern std::atomic<uint64_t> epoch;
void vg_add_range(const void*, uint64_t);
void vg_del_range(const void*);
static struct Queue {
  uint8_t b[512];
}* fakeq;
struct Arena {
  std::vector<Wave*> w;
  std::vector<uint32_t> nvAlloc;
  uint8_t* lds;
  Arena() {
    lds = (uint8_t*)aligned_alloc(64, 65536 + 64);
    memset(lds, 0, 65600);
  }
  std::vector<uint8_t*> scr;
  std::vector<uint64_t> scrSz;
};
static std::vector<Arena*> pool;
static std::mutex pmu;
struct Job {
  Kernel* k;
  Dim grid, block, ng;
  uint32_t lds;
  uint64_t karg, packet;
  std::atomic<uint64_t> next{0};
  uint64_t total;
  std::atomic<uint64_t> inst{0}, valu{0}, rd{0}, wr{0};
};
static std::map<string, Stats> prof;
void vg_profile() { // VGPU_PROFILE=1: per kernel. The estimate is a lower bound for an RX 580: VALU issue (36 CUs, 4 SIMDs, 4 cycles per
                    // wave instruction, 16 times that for f64, 1.34 GHz). Bytes are what lanes ask for, without caches
  std::vector<std::pair<string, Stats>> v(prof.begin(), prof.end());
  std::sort(v.begin(), v.end(), [](auto& a, auto& b) {
    return a.second.ns > b.second.ns;
  });
  double e = 0;
  fprintf(stderr, "vgpu: launches  wave-inst   VALU slots  read MB  written MB  here ms   VALU-bound us  kernel\n");
  for (auto& p : v) {
    auto& s = p.second;
    double t = s.valu * 4 / (144 * 1340.0);
    e += t;
    fprintf(stderr, "vgpu: %8llu %10llu %10llu %10.2f %10.2f %10.2f %12.1f   %.60s\n", (unsigned long long)s.launches,
            (unsigned long long)s.inst, (unsigned long long)s.valu, s.rd / 1e6, s.wr / 1e6, s.ns / 1e6, t, p.first.c_str());
  }
  fprintf(stderr, "vgpu: VALU-bound total %.1f us (estimated lower bound for 36 CUs at 1.34 GHz)\n", e);
}
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
static void runGroup(Job& J, Arena& A, uint64_t g) {
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
    if (P & 4) put((uint64_t)fakeq);
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
  uint64_t cnt = 0;
  for (;;) { // run every wave to its next barrier or its end
    bool alive = false, progress = false;
    for (uint32_t i = 0; i < nw; i++) {
      Wave& w = *A.w[i];
      if (w.st != ST_RUN) continue;
      vg_set_mxcsr(w.mode);
      vg_run(w, 2000000);
      progress = true;
    }
    bool allBar = true, anyBar = false;
    for (uint32_t i = 0; i < nw; i++) {
      int st = A.w[i]->st;
      if (st != ST_END) alive = true;
      if (st == ST_RUN) allBar = false;
      if (st == ST_BAR) anyBar = true;
    }
    if (!alive) break;
    if (allBar && anyBar)
      for (uint32_t i = 0; i < nw; i++)
        if (A.w[i]->st == ST_BAR) A.w[i]->st = ST_RUN;
    (void)progress;
  }
  uint64_t va = 0, rd = 0, wr = 0;
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
static void worker(Job* J) {
  Arena* A = nullptr;
  {
    std::lock_guard<std::mutex> g(pmu);
    if (!pool.empty()) {
      A = pool.back();
      pool.pop_back();
    }
  }
  if (!A) A = new Arena;
  uint32_t csr = _mm_getcsr();
  for (;;) {
    uint64_t g = J->next++;
    if (g >= J->total) break;
    runGroup(*J, *A, g);
  }
  _mm_setcsr(csr);
  std::lock_guard<std::mutex> g(pmu);
  pool.push_back(A);
}
static int nthreads() {
  static int n = 0;
  if (!n) {
    const char* e = getenv("VGPU_THREADS");
    n = e ? atoi(e) : 2;
    if (n < 1) n = 1;
  }
  return n;
}
static int trace() {
  static int n = -1;
  if (n < 0) {
    const char* e = getenv("VGPU_TRACE");
    n = e ? atoi(e) : 0;
  }
  return n;
}
extern std::recursive_mutex vg_api;
int vg_validate(Kernel* k, Dim grid, Dim block, uint32_t dynLds) {
  if (!grid.x || !grid.y || !grid.z || !block.x || !block.y || !block.z) return 1;
  if ((uint64_t)block.x * block.y * block.z > 1024) return 9;       // hipErrorInvalidConfiguration
  if ((uint64_t)block.x * block.y * block.z > k->maxWg) return 719; // hipErrorLaunchFailure: more than the kernel was compiled for
  if (k->lds + dynLds > 65536) return 9;
  return 0;
}
int vg_launch(Kernel* k, Dim grid, Dim block, uint32_t dynLds, const uint8_t* ka, size_t kaSize, bool) {
  std::lock_guard<std::recursive_mutex> lk(vg_api);
  static bool once = false;
  if (!once) {
    once = true;
    vg_checked = getenv("VGPU_CHECK") ? atoi(getenv("VGPU_CHECK")) : 0;
    fakeq = (Queue*)aligned_alloc(64, sizeof(Queue));
    memset(fakeq, 0, sizeof *fakeq);
    *(uint32_t*)(fakeq->b + 0x40) = SHARED_HI;
    *(uint32_t*)(fakeq->b + 0x44) = PRIVATE_HI;
    vg_add_range(fakeq, sizeof *fakeq);
  }
  Job J;
  J.k = k;
  J.grid = grid;
  J.block = block;
  J.ng = {(grid.x + block.x - 1) / block.x, (grid.y + block.y - 1) / block.y, (grid.z + block.z - 1) / block.z};
  J.total = (uint64_t)J.ng.x * J.ng.y * J.ng.z;
  J.lds = (k->lds + dynLds + 511) & ~511u;
  size_t kb = std::max<size_t>(k->kernarg, kaSize);
  size_t alloc = (kb + 64 + 512) & ~63ull;
  uint8_t* buf = (uint8_t*)aligned_alloc(64, alloc);
  memset(buf, 0, alloc);
  memcpy(buf, ka, kaSize);
  for (auto& a : k->args) {
    if (a.kind.compare(0, 7, "hidden_")) continue;
    uint64_t v = 0;
    const string& n = a.kind;
    if (n == "hidden_block_count_x")
      v = grid.x / block.x;
    else if (n == "hidden_block_count_y")
      v = grid.y / block.y;
    else if (n == "hidden_block_count_z")
      v = grid.z / block.z;
    else if (n == "hidden_group_size_x")
      v = block.x;
    else if (n == "hidden_group_size_y")
      v = block.y;
    else if (n == "hidden_group_size_z")
      v = block.z;
    else if (n == "hidden_remainder_x")
      v = grid.x % block.x;
    else if (n == "hidden_remainder_y")
      v = grid.y % block.y;
    else if (n == "hidden_remainder_z")
      v = grid.z % block.z;
    else if (n == "hidden_grid_dims")
      v = grid.z > 1 ? 3 : grid.y > 1 ? 2 : 1;
    else if (n == "hidden_dynamic_lds_size")
      v = dynLds;
    else if (n == "hidden_private_base")
      v = PRIVATE_HI;
    else if (n == "hidden_shared_base")
      v = SHARED_HI;
    else if (n == "hidden_queue_ptr")
      v = (uint64_t)fakeq;
    if (a.off + a.size <= alloc) memcpy(buf + a.off, &v, a.size > 8 ? 8 : a.size);
  }
  uint8_t* pk = (uint8_t*)aligned_alloc(64, 64);
  memset(pk, 0, 64);
  *(uint16_t*)(pk + 2) = 3;
  *(uint16_t*)(pk + 4) = block.x;
  *(uint16_t*)(pk + 6) = block.y;
  *(uint16_t*)(pk + 8) = block.z;
  *(uint32_t*)(pk + 12) = grid.x;
  *(uint32_t*)(pk + 16) = grid.y;
  *(uint32_t*)(pk + 20) = grid.z;
  *(uint32_t*)(pk + 24) = k->priv;
  *(uint32_t*)(pk + 28) = k->lds + dynLds;
  *(uint64_t*)(pk + 40) = (uint64_t)buf;
  J.karg = (uint64_t)buf;
  J.packet = (uint64_t)pk;
  if (vg_checked) {
    vg_add_range(buf, alloc);
    vg_add_range(pk, 64);
  }
  epoch++;
  uint64_t t0 = vg_now_ns();
  if (trace() > 1)
    fprintf(stderr, "vgpu: start %s grid %u,%u,%u block %u,%u,%u lds %u\n", k->name.c_str(), grid.x, grid.y, grid.z, block.x, block.y,
            block.z, J.lds);
  int nt = nthreads();
  if ((uint64_t)nt > J.total) nt = (int)J.total;
  if (nt > 1) { // small launches are not worth a thread: look at the first group
    uint64_t g0 = vg_now_ns();
    J.next = 1;
    Arena* A = nullptr;
    {
      std::lock_guard<std::mutex> g(pmu);
      if (!pool.empty()) {
        A = pool.back();
        pool.pop_back();
      }
    }
    if (!A) A = new Arena;
    uint32_t csr = _mm_getcsr();
    runGroup(J, *A, 0);
    _mm_setcsr(csr);
    {
      std::lock_guard<std::mutex> g(pmu);
      pool.push_back(A);
    }
    if ((vg_now_ns() - g0) * (J.total - 1) < 150000) nt = 1;
  }
  std::vector<std::thread> th;
  for (int i = 1; i < nt; i++) th.emplace_back(worker, &J);
  worker(&J);
  for (auto& t : th) t.join();
  uint64_t dt = vg_now_ns() - t0;
  vg_stats.inst += J.inst;
  vg_stats.launches++;
  vg_stats.ns += dt;
  static const bool pf = getenv("VGPU_PROFILE") && *getenv("VGPU_PROFILE");
  if (pf) {
    Stats& s = prof[k->name];
    s.launches++;
    s.inst += J.inst;
    s.valu += J.valu;
    s.rd += J.rd;
    s.wr += J.wr;
    s.ns += dt;
  }
  if (trace())
    fprintf(stderr, "vgpu: %s grid %u,%u,%u block %u,%u,%u lds %u priv %u: %.3f ms, %llu wave-inst, %.1f M/s\n", k->name.c_str(), grid.x,
            grid.y, grid.z, block.x, block.y, block.z, J.lds, k->priv, dt / 1e6, (unsigned long long)J.inst.load(),
            J.inst.load() * 1e3 / (dt + 1));
  if (vg_checked) {
    vg_del_range(buf);
    vg_del_range(pk);
  }
  free(buf);
  free(pk);
  return 0;
}
