// Memory that a kernel may touch: allocations, code objects, kernel arguments.
#include "isa.h"
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <elf.h>
#include <map>
#include <memory>
#include <sys/mman.h>
#include <thread>
#include <dlfcn.h>
using std::string;

std::map<uint64_t, uint64_t> vg_ranges;
std::mutex vg_rmu;
void vg_add_range(const void* p, uint64_t n) {
  std::lock_guard<std::mutex> g(vg_rmu);
  vg_ranges[(uint64_t)p] = n;
}
void vg_del_range(const void* p) {
  std::lock_guard<std::mutex> g(vg_rmu);
  vg_ranges.erase((uint64_t)p);
}
bool vg_find_range(uint64_t a, uint64_t& base, uint64_t& size) {
  std::lock_guard<std::mutex> g(vg_rmu);
  auto i = vg_ranges.upper_bound(a);
  if (i == vg_ranges.begin()) return false;
  --i;
  if (a >= i->first + i->second) return false;
  base = i->first;
  size = i->second;
  return true;
}
std::atomic<uint64_t> epoch{1};
bool vg_check_range(uint64_t a, uint64_t n) {
  static thread_local uint64_t cb[4], ce[4], ep = 0;
  static thread_local int nx = 0;
  uint64_t cur = epoch.load(std::memory_order_relaxed);
  if (ep != cur) {
    memset(cb, 0, sizeof cb);
    memset(ce, 0, sizeof ce);
    ep = cur;
  }
  for (int k = 0; k < 4; k++)
    if (a >= cb[k] && a + n <= ce[k]) return true;
  uint64_t b, s;
  if (!vg_find_range(a, b, s) || a + n > b + s) return false;
  cb[nx & 3] = b;
  ce[nx & 3] = b + s;
  nx++;
  return true;
}
