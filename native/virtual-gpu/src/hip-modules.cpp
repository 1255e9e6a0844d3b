// HIP: modules and launches.
#include "runtime.h"

static E load(hipModule_t* m, const void* d, size_t n) {
  LOCK;
  if (!m || !d) return ret(hipErrorInvalidValue);
  std::string err;
  CodeObj* co = vg_load(d, n, err);
  if (!co) {
    if (trace()) fprintf(stderr, "vgpu: module load: %s\n", err.c_str());
    return ret(err.compare(0, 2, "no") && err.compare(0, 4, "code") ? hipErrorInvalidImage : hipErrorNoBinaryForGpu);
  }
  if (trace() > 1)
    fprintf(stderr, "vgpu: module with %zu kernels, first %s\n", co->kernels.size(),
            co->kernels.empty() ? "-" : co->kernels[0]->name.c_str());
  auto* v = new VMod{co, {}};
  modules.insert(v);
  *m = (hipModule_t)v;
  return hipSuccess;
}
EX E hipModuleLoadData(hipModule_t* m, const void* d) {
  FAULT;
  return load(m, d, 0);
}
EX E hipModuleLoadDataEx(hipModule_t* m, const void* d, unsigned, hipJitOption*, void**) {
  FAULT;
  return load(m, d, 0);
}
EX E hipModuleLoad(hipModule_t* m, const char* fn) {
  FAULT;
  if (!m || !fn) return ret(hipErrorInvalidValue);
  FILE* f = fopen(fn, "rb");
  if (!f) return ret(hipErrorFileNotFound);
  std::vector<uint8_t> b;
  uint8_t t[65536];
  size_t n;
  while ((n = fread(t, 1, sizeof t, f)) > 0) b.insert(b.end(), t, t + n);
  fclose(f);
  if (b.size() < 64) return ret(hipErrorInvalidImage);
  return load(m, b.data(), b.size());
}
EX E hipModuleUnload(hipModule_t m) {
  FAULT;
  LOCK;
  finishAll();
  if (!modules.erase((void*)m)) return ret(hipErrorInvalidHandle);
  return hipSuccess;
} // the code stays mapped
EX E hipModuleGetFunction(hipFunction_t* f, hipModule_t m, const char* n) {
  FAULT;
  LOCK;
  if (!f || !n) return ret(hipErrorInvalidValue);
  *f = nullptr;
  if (!modules.count((void*)m)) return ret(hipErrorInvalidHandle);
  VMod* v = (VMod*)m;
  auto i = v->fn.find(n);
  if (i != v->fn.end()) {
    *f = (hipFunction_t)i->second;
    return hipSuccess;
  }
  Kernel* k = vg_kernel(v->co, n);
  if (!k) return ret(hipErrorNotFound);
  auto* x = new VFunc{k, v};
  v->fn[n] = x;
  *f = (hipFunction_t)x;
  return hipSuccess;
}
EX E hipModuleGetGlobal(hipDeviceptr_t* p, size_t* n, hipModule_t m, const char* nm) {
  FAULT;
  LOCK;
  if (!modules.count((void*)m)) return ret(hipErrorInvalidHandle);
  for (auto& s : ((VMod*)m)->co->syms)
    if (s.name == nm) {
      if (p) *p = ((VMod*)m)->co->image + s.addr;
      if (n) *n = s.size;
      return hipSuccess;
    }
  return ret(hipErrorNotFound);
}
int vg_validate(Kernel*, Dim, Dim, uint32_t);
E go(Kernel* k, Dim grid, Dim block, size_t lds, void** params, void** extra, hipStream_t st) {
  std::vector<uint8_t> buf;
  if (extra) {
    void* p = nullptr;
    size_t n = 0;
    for (int i = 0; extra[i] != HIP_LAUNCH_PARAM_END; i += 2) {
      if (extra[i] == HIP_LAUNCH_PARAM_BUFFER_POINTER)
        p = extra[i + 1];
      else if (extra[i] == HIP_LAUNCH_PARAM_BUFFER_SIZE)
        n = *(size_t*)extra[i + 1];
      else
        return ret(hipErrorInvalidValue);
    }
    if (n && !p) return ret(hipErrorInvalidValue);
    buf.assign((uint8_t*)p, (uint8_t*)p + n);
  } else {
    int i = 0;
    for (auto& a : k->args) {
      if (!a.kind.compare(0, 7, "hidden_")) continue;
      if (!params || !params[i]) return ret(hipErrorInvalidValue);
      if (buf.size() < a.off + a.size) buf.resize(a.off + a.size);
      memcpy(buf.data() + a.off, params[i++], a.size);
    }
  }
  if (int e = vg_validate(k, grid, block, (uint32_t)lds)) return ret((E)e);
  vg_count_launch(k->name.c_str());
  if (vg_dry()) return hipSuccess;
  submit(st, [=] {
    vg_launch(k, grid, block, (uint32_t)lds, buf.data(), buf.size(), true);
  });
  return hipSuccess;
}
void mark(hipEvent_t e, hipStream_t s, bool kernelStart) { // the stamp of a kernel's own start or end
  if (!e) return;
  (void)hipEventRecord(e, s);
  if (kernelStart && timing::chip())
    submit(s, [e] {
      ((VEvent*)e)->t += (uint64_t)timing::launch_lead_nanoseconds();
    });
}
EX E hipExtModuleLaunchKernel(hipFunction_t f, uint32_t gx, uint32_t gy, uint32_t gz, uint32_t lx, uint32_t ly, uint32_t lz, size_t lds,
                              hipStream_t s, void** kp, void** ex, hipEvent_t a, hipEvent_t b, uint32_t) {
  FAULT;
  LOCK;
  if (!f) return ret(hipErrorInvalidResourceHandle);
  if (!okStream(s) || deviceOf(s) != current) return ret(hipErrorInvalidHandle);
  if (((VFunc*)f)->m && ((VFunc*)f)->m->device != current) return ret(hipErrorInvalidResourceHandle);
  mark(a, s, true);
  E e = go(((VFunc*)f)->k, {gx, gy, gz}, {lx, ly, lz}, lds, kp, ex, s);
  mark(b, s, false);
  return e;
}
EX E hipHccModuleLaunchKernel(hipFunction_t f, uint32_t gx, uint32_t gy, uint32_t gz, uint32_t lx, uint32_t ly, uint32_t lz, size_t lds,
                              hipStream_t s, void** kp, void** ex, hipEvent_t a, hipEvent_t b) {
  FAULT;
  return hipExtModuleLaunchKernel(f, gx, gy, gz, lx, ly, lz, lds, s, kp, ex, a, b, 0);
}
EX E hipModuleLaunchKernel(hipFunction_t f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned lds,
                           hipStream_t s, void** kp, void** ex) {
  FAULT;
  return hipExtModuleLaunchKernel(f, gx * bx, gy * by, gz * bz, bx, by, bz, lds, s, kp, ex, nullptr, nullptr, 0);
}
EX E hipModuleLaunchCooperativeKernel(hipFunction_t f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                                      unsigned lds, hipStream_t s, void** kp) {
  FAULT;
  return hipModuleLaunchKernel(f, gx, gy, gz, bx, by, bz, lds, s, kp, nullptr);
}
int occ(Kernel* k, int bs, size_t dyn) {
  uint32_t nv = ((k->rsrc1 & 63) + 1) * 4;
  int perSimd = 256 / nv;
  if (perSimd > 10) perSimd = 10;
  int wv = (bs + 63) / 64, b = wv ? perSimd * 4 / wv : 0;
  uint32_t l = k->lds + dyn;
  if (l && (int)(65536 / l) < b) b = 65536 / l;
  return b;
}
EX E hipModuleOccupancyMaxActiveBlocksPerMultiprocessor(int* n, hipFunction_t f, int bs, size_t d) {
  FAULT;
  if (!n || !f) return ret(hipErrorInvalidValue);
  *n = occ(((VFunc*)f)->k, bs, d);
  return hipSuccess;
}
EX E hipModuleOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* n, hipFunction_t f, int bs, size_t d, unsigned) {
  FAULT;
  return hipModuleOccupancyMaxActiveBlocksPerMultiprocessor(n, f, bs, d);
}
EX E hipFuncGetAttribute(int* v, hipFunction_attribute a, hipFunction_t f) {
  FAULT;
  if (!v || !f) return ret(hipErrorInvalidValue);
  Kernel* k = ((VFunc*)f)->k;
  switch (a) {
  case HIP_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES: *v = k->lds; break;
  case HIP_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES: *v = k->priv; break;
  case HIP_FUNC_ATTRIBUTE_NUM_REGS: *v = ((k->rsrc1 & 63) + 1) * 4; break;
  case HIP_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK: *v = k->maxWg; break;
  default: *v = 0;
  }
  return hipSuccess;
}
