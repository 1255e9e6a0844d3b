// Counters, injected faults, memory limit and dry mode: run it plain, and with VGPU_DRY=1 VGPU_MEMORY=64M.
#include <hip/hip_runtime_api.h>
#include <hip/hiprtc.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <vector>

static int bad;
static void check(bool ok, const char* what) {
  printf("%-60s %s\n", what, ok ? "ok" : "WRONG");
  bad += !ok;
}
template <class F> static F entry(const char* name) { return (F)dlsym(RTLD_DEFAULT, name); }

int main() {
  auto count = [](const char* name) {
    return entry<uint64_t (*)()>(name)();
  };
  auto fail = entry<void (*)(const char*, uint64_t, int)>("vgpu_fail");
  bool dry = getenv("VGPU_DRY") != nullptr;

  const char* source = "extern \"C\" __global__ void fill(float* x) { x[threadIdx.x] = 3; }";
  const char* options[] = {"--offload-arch=gfx803"};
  hiprtcProgram program;
  hiprtcCreateProgram(&program, source, "fill.hip", 0, nullptr, nullptr);
  check(hiprtcCompileProgram(program, 1, options) == HIPRTC_SUCCESS, "compiled");
  size_t size;
  hiprtcGetCodeSize(program, &size);
  std::vector<char> code(size);
  hiprtcGetCode(program, code.data());
  hipModule_t module;
  hipFunction_t fill;
  check(hipModuleLoadData(&module, code.data()) == hipSuccess && hipModuleGetFunction(&fill, module, "fill") == hipSuccess, "loaded");

  void* x;
  float host[64] = {1};
  check(hipMalloc(&x, 10000) == hipSuccess && count("vgpu_live_bytes") == 12288 && count("vgpu_live_allocations") == 1,
        "live bytes by pages");
  check(hipMemcpy(x, host, sizeof host, hipMemcpyHostToDevice) == hipSuccess, "upload");
  void* arguments[] = {&x};
  for (int i = 0; i < 3; i++) check(hipModuleLaunchKernel(fill, 1, 1, 1, 64, 1, 1, 0, nullptr, arguments, nullptr) == hipSuccess, "launch");
  check(hipDeviceSynchronize() == hipSuccess && count("vgpu_synchronisations") == 1, "one synchronisation");
  check(hipMemcpy(host, x, sizeof host, hipMemcpyDeviceToHost) == hipSuccess && host[0] == (dry ? 1 : 3), "result, or none in dry mode");
  check(count("vgpu_launches") == 3 && entry<uint64_t (*)(const char*)>("vgpu_launches_of")("fill") == 3, "launches by kernel");
  check(entry<uint64_t (*)(int)>("vgpu_copies")(1) == 1 && entry<uint64_t (*)(int)>("vgpu_copied_bytes")(2) == 256, "copies by direction");

  void* y = nullptr;
  fail("hipMalloc", 2, hipErrorOutOfMemory);
  check(hipMalloc(&y, 4096) == hipSuccess && hipFree(y) == hipSuccess, "the first call passes");
  check(hipMalloc(&y, 4096) == hipErrorOutOfMemory && count("vgpu_live_allocations") == 1, "the second fails");
  check(hipMalloc(&y, 4096) == hipSuccess && hipFree(y) == hipSuccess, "the third passes");
  fail("hipModuleLaunchKernel", 1, hipErrorLaunchFailure);
  check(hipModuleLaunchKernel(fill, 1, 1, 1, 64, 1, 1, 0, nullptr, arguments, nullptr) == hipErrorLaunchFailure &&
            count("vgpu_launches") == 3,
        "a launch fails");

  size_t free, total;
  check(hipMemGetInfo(&free, &total) == hipSuccess && total - free == 12288, "free memory");
  check(hipMalloc(&y, total) == hipErrorOutOfMemory, "more than there is");
  check(hipFree(x) == hipSuccess && count("vgpu_live_bytes") == 0 && count("vgpu_peak_bytes") == 16384, "nothing live, peak stays");
  entry<void (*)()>("vgpu_reset_counters")();
  check(count("vgpu_launches") == 0 && count("vgpu_peak_bytes") == 0, "reset");
  printf("device memory %zu MiB\nvectors of %d lanes\n%s\n", total >> 20, entry<int (*)()>("vgpu_vector_lanes")(), bad ? "FAILED" : "all ok");
  return bad != 0;
}
