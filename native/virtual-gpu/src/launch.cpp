// Kernel launch: work-groups on host threads, waves from barrier to barrier, the profile.
#include "work-group.h"
#include "time-addresses.h"
#include "time-chip.h"
#include "time-launch.h"
#include "time-report.h"
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
static std::vector<Arena*> pool;
static std::mutex pmu;
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
  timing::write_profile();
  fprintf(stderr, "vgpu: VALU-bound total %.1f us (estimated lower bound for 36 CUs at 1.34 GHz)\n", e);
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
    if (J->is_executed(g)) continue;
    vg_run_group(*J, *A, g);
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
  J.queue = (uint64_t)fakeq;
  timing::map(buf, alloc);
  timing::map(pk, 64);
  if (vg_checked) {
    vg_add_range(buf, alloc);
    vg_add_range(pk, 64);
  }
  epoch++;
  uint64_t t0 = vg_now_ns();
  if (trace() > 1)
    fprintf(stderr, "vgpu: start %s grid %u,%u,%u block %u,%u,%u lds %u\n", k->name.c_str(), grid.x, grid.y, grid.z, block.x, block.y,
            block.z, J.lds);
  if (timing::chip()) timing::model(J);
  if (timing::sample_only()) J.next = J.total;
  int nt = nthreads();
  if ((uint64_t)nt > J.total) nt = (int)J.total;
  if (nt > 1 && !timing::chip()) { // small launches are not worth a thread: look at the first group
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
    vg_run_group(J, *A, 0);
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
  timing::unmap(buf);
  timing::unmap(pk);
  if (vg_checked) {
    vg_del_range(buf);
    vg_del_range(pk);
  }
  free(buf);
  free(pk);
  return 0;
}
