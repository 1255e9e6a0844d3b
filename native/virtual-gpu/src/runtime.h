// State of the HIP runtime on the virtual device, shared by its functions. Device memory is host memory.
#pragma once
#define __HIP_PLATFORM_AMD__ 1
#include <hip/hip_runtime_api.h>
#include <hip/hip_deprecated.h>
#include <hip/hip_ext.h>
#include "counters.h"
#include "isa.h"
#include "time-chip.h"
#include "time-report.h"
#include <cstdio>
#include <deque>
#include <functional>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <dlfcn.h>
#include <unordered_map>
#undef hipGetDeviceProperties
#undef hipChooseDevice
#define EX extern "C" __attribute__((visibility("default")))
#define STR_(x) #x
#define STR(x) STR_(x)
#define HIPMAJ STR(HIP_VERSION_MAJOR)
typedef hipError_t E;
#if HIP_VERSION_MAJOR >= 7
typedef const void* HSRC;
#else
typedef void* HSRC;
#endif
inline std::recursive_mutex vg_api;
void vg_add_range(const void*, uint64_t);
void vg_del_range(const void*);
bool vg_find_range(uint64_t, uint64_t&, uint64_t&);
inline thread_local E lastErr = hipSuccess;
inline E ret(E e) {
  if (e != hipSuccess) lastErr = e;
  return e;
}
#define FAULT \
  if (int fault_ = vg_fault(__func__)) return ret((E)fault_)
#define LOCK std::lock_guard<std::recursive_mutex> lk_(vg_api)
inline const uint64_t TOTAL = vg_memory();
// VGPU_DEVICES: each has its own memory limit, streams and modules; addresses differ, as in one process on a real machine.
inline const int DEVICES = getenv("VGPU_DEVICES") ? std::max(1, std::min(8, atoi(getenv("VGPU_DEVICES")))) : 1;
inline thread_local int current = 0;
inline bool isDevice(int d) { return d >= 0 && d < DEVICES; }
inline uint64_t used[8];
struct Alloc {
  uint64_t size;
  int type;
  unsigned flags;
  int device;
}; // type: hipMemoryTypeDevice / Host / Managed
inline std::map<uint64_t, Alloc> allocs;
struct VStream {
  unsigned flags;
  int prio;
  int device;
};
struct VEvent {
  uint64_t t = 0;
  unsigned flags = 0;
  bool rec = false;
  void* s = nullptr;
  uint64_t seq = 0;
};
struct VMod {
  CodeObj* co;
  std::map<std::string, struct VFunc*> fn;
  int device = current;
};
struct VFunc {
  Kernel* k;
  VMod* m;
};
inline std::set<void*> streams, events, modules;
inline bool okStream(hipStream_t s) { return (uintptr_t)s <= 2 || streams.count((void*)s); }
inline int deviceOf(hipStream_t s) { return (uintptr_t)s <= 2 ? current : ((VStream*)s)->device; }
inline int trace() {
  static int n = -1;
  if (n < 0) {
    const char* e = getenv("VGPU_TRACE");
    n = e ? atoi(e) : 0;
  }
  return n;
}
void vg_profile();

// ---------- VGPU_ASYNC=1: work is done as late as the programming model allows, to bring missing synchronisation to light
struct Dep {
  void* s;
  uint64_t seq;
};
struct Work {
  uint64_t seq;
  std::vector<Dep> deps;
  std::function<void()> fn;
};
inline std::map<void*, std::deque<Work>> queues;
inline std::map<void*, uint64_t> lastSeq;
inline std::map<void*, std::vector<Dep>> waits;
inline uint64_t seqNo = 0;
inline bool async() {
  static int a = -1;
  if (a < 0) a = getenv("VGPU_ASYNC") ? atoi(getenv("VGPU_ASYNC")) : 0;
  return a;
}
inline void* key(hipStream_t s) { return (uintptr_t)s <= 2 ? nullptr : (void*)s; }
inline bool blocking(void* s) { return s && !(((VStream*)s)->flags & hipStreamNonBlocking); }
inline void runTo(void* s, uint64_t seq) {
  for (;;) {
    auto& q = queues[s];
    if (q.empty() || q.front().seq > seq) return;
    Work w = std::move(q.front());
    q.pop_front();
    for (auto& d : w.deps) runTo(d.s, d.seq);
    w.fn();
  }
}
inline std::vector<Dep> depsOf(void* s) {
  std::vector<Dep> d;
  if (!s) {
    for (auto& q : queues)
      if (blocking(q.first)) d.push_back({q.first, lastSeq[q.first]});
  } else if (blocking(s))
    d.push_back({nullptr, lastSeq[nullptr]});
  auto w = waits.find(s);
  if (w != waits.end()) {
    d.insert(d.end(), w->second.begin(), w->second.end());
    waits.erase(w);
  }
  return d;
}
inline uint64_t submit(hipStream_t st, std::function<void()> fn) {
  if (!async()) {
    fn();
    return 0;
  }
  void* s = key(st);
  Work w{0, depsOf(s), std::move(fn)};
  w.seq = ++seqNo;
  lastSeq[s] = w.seq;
  queues[s].push_back(std::move(w));
  return seqNo;
}
inline void finish(hipStream_t st) {
  if (!async()) return;
  void* s = key(st);
  for (auto& d : depsOf(s)) runTo(d.s, d.seq);
  runTo(s, ~0ull);
}
inline void finishAll() {
  if (!async()) return;
  std::vector<void*> k;
  for (auto& q : queues) k.push_back(q.first);
  for (auto i = k.rbegin(); i != k.rend(); ++i) runTo(*i, ~0ull);
}
inline void finishEvent(VEvent* e) {
  if (async() && e->seq) runTo(e->s, e->seq);
}
inline bool find(const void* p, uint64_t& b, Alloc& a) {
  auto i = allocs.upper_bound((uint64_t)p);
  if (i == allocs.begin()) return false;
  --i;
  if ((uint64_t)p >= i->first + i->second.size) return false;
  b = i->first;
  a = i->second;
  return true;
}
// A range that starts in a known allocation must end in it.
inline bool fits(const void* p, size_t n) {
  uint64_t b;
  Alloc a;
  if (!find(p, b, a)) return true;
  return (uint64_t)p + n <= b + a.size;
}
inline bool pageable(const void* p) {
  uint64_t b, z;
  return !vg_find_range((uint64_t)p, b, z);
}
inline bool isDev(const void* p) {
  uint64_t b;
  Alloc a;
  uint64_t x, y;
  return find(p, b, a) ? true : vg_find_range((uint64_t)p, x, y);
}
hipError_t go(Kernel* k, Dim grid, Dim block, size_t lds, void** params, void** extra, hipStream_t st);
void mark(hipEvent_t e, hipStream_t s, bool kernelStart);
int occ(Kernel* k, int bs, size_t dyn);
