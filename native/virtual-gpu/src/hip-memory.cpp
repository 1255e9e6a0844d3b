// HIP: allocations.
#include "runtime.h"
#include "time-addresses.h"

static E dalloc(void** p, size_t n, int type, unsigned flags) {
  LOCK;
  if (!p) return ret(hipErrorInvalidValue);
  *p = nullptr;
  if (!n) return hipSuccess;
  uint64_t r = (n + 4095) & ~4095ull;
  if (type == hipMemoryTypeDevice && used[current] + r > TOTAL) return ret(hipErrorOutOfMemory);
  void* q = aligned_alloc(4096, r);
  if (!q) return ret(hipErrorOutOfMemory);
  if (type == hipMemoryTypeDevice) {
    used[current] += r;
    vg_count_allocation((int64_t)r);
  }
  static int poison = getenv("VGPU_POISON") ? atoi(getenv("VGPU_POISON")) : 0;
  if (poison) memset(q, 0xff, r);
  allocs[(uint64_t)q] = {n, type, flags, current};
  vg_add_range(q, n);
  timing::map(q, n);
  *p = q;
  return hipSuccess;
}
static E dfree(void* p) {
  LOCK;
  if (!p) return hipSuccess;
  finishAll();
  auto i = allocs.find((uint64_t)p);
  if (i == allocs.end()) return ret(hipErrorInvalidValue);
  if (i->second.type == hipMemoryTypeDevice) {
    uint64_t r = (i->second.size + 4095) & ~4095ull;
    used[i->second.device] -= r;
    vg_count_allocation(-(int64_t)r);
  }
  if (i->second.flags != 0x80000000u) free(p);
  allocs.erase(i);
  vg_del_range(p);
  timing::unmap(p);
  return hipSuccess;
}
EX E hipMalloc(void** p, size_t n) {
  FAULT;
  return dalloc(p, n, hipMemoryTypeDevice, 0);
}
EX E hipExtMallocWithFlags(void** p, size_t n, unsigned) {
  FAULT;
  return hipMalloc(p, n);
}
EX E hipMallocAsync(void** p, size_t n, hipStream_t) {
  FAULT;
  return hipMalloc(p, n);
}
EX E hipMallocFromPoolAsync(void** p, size_t n, hipMemPool_t, hipStream_t) {
  FAULT;
  return hipMalloc(p, n);
}
EX E hipFreeAsync(void* p, hipStream_t s) {
  FAULT;
  LOCK;
  finish(s);
  return dfree(p);
}
EX E hipMallocManaged(void** p, size_t n, unsigned) {
  FAULT;
  return dalloc(p, n, hipMemoryTypeManaged, 0);
}
EX E hipFree(void* p) {
  FAULT;
  return dfree(p);
}
EX E hipHostMalloc(void** p, size_t n, unsigned f) {
  FAULT;
  return dalloc(p, n, hipMemoryTypeHost, f);
}
EX E hipMallocHost(void** p, size_t n) {
  FAULT;
  return hipHostMalloc(p, n, 0);
}
EX E hipMemAllocHost(void** p, size_t n) {
  FAULT;
  return hipHostMalloc(p, n, 0);
}
EX E hipHostAlloc(void** p, size_t n, unsigned f) {
  FAULT;
  return hipHostMalloc(p, n, f);
}
EX E hipHostFree(void* p) {
  FAULT;
  return dfree(p);
}
EX E hipFreeHost(void* p) {
  FAULT;
  return dfree(p);
}
EX E hipHostGetDevicePointer(void** d, void* h, unsigned) {
  FAULT;
  if (!d) return ret(hipErrorInvalidValue);
  uint64_t b, s;
  if (!vg_find_range((uint64_t)h, b, s)) return ret(hipErrorInvalidValue);
  *d = h;
  return hipSuccess;
}
EX E hipHostGetFlags(unsigned* f, void*) {
  FAULT;
  *f = 0;
  return hipSuccess;
}
EX E hipHostRegister(void* p, size_t n, unsigned) {
  FAULT;
  LOCK;
  allocs[(uint64_t)p] = {n, hipMemoryTypeHost, 0x80000000u};
  vg_add_range(p, n);
  timing::map(p, n);
  return hipSuccess;
}
EX E hipHostUnregister(void* p) {
  FAULT;
  return dfree(p);
}
EX E hipMallocPitch(void** p, size_t* pitch, size_t w, size_t h) {
  FAULT;
  *pitch = (w + 255) & ~255ull;
  return hipMalloc(p, *pitch * h);
}
EX E hipMemGetInfo(size_t* f, size_t* t) {
  FAULT;
  LOCK;
  if (f) *f = TOTAL - used[current];
  if (t) *t = TOTAL;
  return hipSuccess;
}

EX E hipMemPtrGetInfo(void* p, size_t* n) {
  FAULT;
  LOCK;
  uint64_t b;
  Alloc a;
  if (!n || !find(p, b, a)) return ret(hipErrorInvalidValue);
  *n = a.size;
  return hipSuccess;
}
EX E hipMemGetAddressRange(hipDeviceptr_t* base, size_t* n, hipDeviceptr_t p) {
  FAULT;
  LOCK;
  uint64_t b;
  Alloc a;
  if (!find(p, b, a)) return ret(hipErrorNotFound);
  if (base) *base = (void*)b;
  if (n) *n = a.size;
  return hipSuccess;
}
EX E hipPointerGetAttributes(hipPointerAttribute_t* o, const void* p) {
  FAULT;
  LOCK;
  if (!o) return ret(hipErrorInvalidValue);
  uint64_t b;
  Alloc a;
  memset(o, 0, sizeof *o);
  if (!p || !find(p, b, a)) {
    o->device = -2;
    return ret(hipErrorInvalidValue);
  }
  o->type = (hipMemoryType)a.type;
  o->device = a.device;
  o->devicePointer = (void*)p;
  o->hostPointer = a.type == hipMemoryTypeDevice ? nullptr : (void*)p;
  o->isManaged = a.type == hipMemoryTypeManaged;
  return hipSuccess;
}
