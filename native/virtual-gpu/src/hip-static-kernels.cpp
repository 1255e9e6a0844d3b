// HIP: kernels and variables registered by compiled programs; hiprtc names are forwarded.
#include "runtime.h"

struct Fat {
  const void* bin;
  CodeObj* co = nullptr;
  bool tried = false;
  void* handle;
};
struct HostFn {
  Fat* f;
  std::string name;
  Kernel* k = nullptr;
};
struct HostVar {
  Fat* f;
  std::string name;
  size_t size;
};
static std::unordered_map<const void*, HostFn>& hf() {
  static auto* m = new std::unordered_map<const void*, HostFn>;
  return *m;
}
static std::unordered_map<const void*, HostVar>& hv() {
  static auto* m = new std::unordered_map<const void*, HostVar>;
  return *m;
}
EX void** __hipRegisterFatBinary(const void* data) {
  LOCK;
  struct W {
    uint32_t magic, ver;
    const void* bin;
    void* u;
  };
  const W* w = (const W*)data;
  auto* f = new Fat{w->magic == 0x48495046 ? w->bin : nullptr};
  f->handle = f;
  return &f->handle;
}
EX void __hipUnregisterFatBinary(void**) {}
EX void __hipRegisterFunction(void** m, const void* host, char*, const char* name, unsigned, void*, void*, void*, void*, int*) {
  LOCK;
  hf()[host] = {(Fat*)*m, name};
}
EX void __hipRegisterVar(void** m, void* var, char*, char* name, int, size_t size, int, int) {
  LOCK;
  hv()[var] = {(Fat*)*m, name, size};
}
EX void __hipRegisterManagedVar(void*, void**, void*, const char*, size_t, unsigned) {}
EX void __hipRegisterSurface(void**, void*, char*, char*, int, int) {}
EX void __hipRegisterTexture(void**, void*, char*, char*, int, int, int) {}
static E ensure(Fat* f) {
  if (!f->tried) {
    f->tried = true;
    std::string err;
    if (f->bin) f->co = vg_load(f->bin, 0, err);
    if (!f->co) fprintf(stderr, "vgpu: fat binary: %s\n", err.c_str());
  }
  return f->co ? hipSuccess : hipErrorNoBinaryForGpu;
}
static E hostKernel(const void* h, Kernel*& k) {
  auto i = hf().find(h);
  if (i == hf().end()) return hipErrorInvalidDeviceFunction;
  if (!i->second.k) {
    E e = ensure(i->second.f);
    if (e) return e;
    i->second.k = vg_kernel(i->second.f->co, i->second.name);
  }
  k = i->second.k;
  return k ? hipSuccess : hipErrorInvalidDeviceFunction;
}
EX E hipLaunchKernel(const void* h, dim3 g, dim3 b, void** args, size_t lds, hipStream_t s) {
  FAULT;
  LOCK;
  Kernel* k;
  E e = hostKernel(h, k);
  if (e) return ret(e);
  if (!okStream(s) || deviceOf(s) != current) return ret(hipErrorInvalidHandle);
  return go(k, {g.x * b.x, g.y * b.y, g.z * b.z}, {b.x, b.y, b.z}, lds, args, nullptr, s);
}
EX E hipLaunchCooperativeKernel(const void* h, dim3 g, dim3 b, void** a, unsigned lds, hipStream_t s) {
  FAULT;
  return hipLaunchKernel(h, g, b, a, lds, s);
}
EX E hipExtLaunchKernel(const void* h, dim3 g, dim3 b, void** a, size_t lds, hipStream_t s, hipEvent_t x, hipEvent_t y, int) {
  FAULT;
  mark(x, s, true);
  E e = hipLaunchKernel(h, g, b, a, lds, s);
  mark(y, s, false);
  return e;
}
EX E hipGetFuncBySymbol(hipFunction_t* f, const void* h) {
  FAULT;
  LOCK;
  Kernel* k;
  E e = hostKernel(h, k);
  if (e) return ret(e);
  *f = (hipFunction_t) new VFunc{k, nullptr};
  return hipSuccess;
}
EX E hipOccupancyMaxActiveBlocksPerMultiprocessor(int* n, const void* h, int bs, size_t d) {
  FAULT;
  LOCK;
  Kernel* k;
  E e = hostKernel(h, k);
  if (e) return ret(e);
  *n = occ(k, bs, d);
  return hipSuccess;
}
EX E hipFuncGetAttributes(hipFuncAttributes* a, const void* h) {
  FAULT;
  LOCK;
  Kernel* k;
  E e = hostKernel(h, k);
  if (e) return ret(e);
  memset(a, 0, sizeof *a);
  a->maxThreadsPerBlock = k->maxWg;
  a->sharedSizeBytes = k->lds;
  a->localSizeBytes = k->priv;
  a->numRegs = ((k->rsrc1 & 63) + 1) * 4;
  a->maxDynamicSharedSizeBytes = 65536 - k->lds;
  return hipSuccess;
}
EX E hipFuncSetAttribute(const void*, hipFuncAttribute, int) {
  FAULT;
  return hipSuccess;
}
EX E hipFuncSetCacheConfig(const void*, hipFuncCache_t) {
  FAULT;
  return hipSuccess;
}
static E sym(const void* v, uint8_t*& p, size_t& n) {
  auto i = hv().find(v);
  if (i == hv().end()) return hipErrorInvalidSymbol;
  E e = ensure(i->second.f);
  if (e) return e;
  for (auto& s : i->second.f->co->syms)
    if (s.name == i->second.name) {
      p = i->second.f->co->image + s.addr;
      n = i->second.size;
      return hipSuccess;
    }
  return hipErrorInvalidSymbol;
}
EX E hipGetSymbolAddress(void** d, const void* v) {
  FAULT;
  LOCK;
  uint8_t* p;
  size_t n;
  E e = sym(v, p, n);
  if (e) return ret(e);
  *d = p;
  return hipSuccess;
}
EX E hipGetSymbolSize(size_t* s, const void* v) {
  FAULT;
  LOCK;
  uint8_t* p;
  return ret(sym(v, p, *s));
}
EX E hipMemcpyToSymbol(const void* v, const void* s, size_t n, size_t o, hipMemcpyKind) {
  FAULT;
  LOCK;
  uint8_t* p;
  size_t z;
  E e = sym(v, p, z);
  if (e) return ret(e);
  if (o + n > z) return ret(hipErrorInvalidValue);
  finish(nullptr);
  memcpy(p + o, s, n);
  return hipSuccess;
}
EX E hipMemcpyFromSymbol(void* d, const void* v, size_t n, size_t o, hipMemcpyKind) {
  FAULT;
  LOCK;
  uint8_t* p;
  size_t z;
  E e = sym(v, p, z);
  if (e) return ret(e);
  if (o + n > z) return ret(hipErrorInvalidValue);
  finish(nullptr);
  memcpy(d, p + o, n);
  return hipSuccess;
}
struct Cfg {
  dim3 g, b;
  size_t l;
  hipStream_t s;
};
static thread_local std::vector<Cfg> cfgs;
EX E __hipPushCallConfiguration(dim3 g, dim3 b, size_t l, hipStream_t s) {
  cfgs.push_back({g, b, l, s});
  return hipSuccess;
}
EX E __hipPopCallConfiguration(dim3* g, dim3* b, size_t* l, hipStream_t* s) {
  if (cfgs.empty()) return ret(hipErrorUnknown);
  auto c = cfgs.back();
  cfgs.pop_back();
  *g = c.g;
  *b = c.b;
  *l = c.l;
  *s = c.s;
  return hipSuccess;
}
EX E hipProfilerStart() {
  FAULT;
  return hipSuccess;
}
EX E hipProfilerStop() {
  FAULT;
  return hipSuccess;
}
EX int vgpu_missing(const char* n) {
  fprintf(stderr, "vgpu: %s is not implemented (returns hipErrorNotSupported)\n", n);
  lastErr = hipErrorNotSupported;
  return hipErrorNotSupported;
}
// libamdhip64 also exports hiprtc*: those go to the real libhiprtc, which needs no device.
EX void* vgpu_forward(const char* n) {
  static void* h = dlopen("libhiprtc.so." HIPMAJ, RTLD_NOW | RTLD_LOCAL);
  void* p = h ? dlsym(h, n) : nullptr;
  if (!p) vg_fatal(nullptr, nullptr, "%s: %s", n, dlerror());
  return p;
}
