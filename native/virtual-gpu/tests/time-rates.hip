// Micro-tests of the time model: rates that were measured on cards (src/time-constants.h names the sources), within 10 %.
// Run it with VGPU_TIME set; with VGPU_TIME_SAMPLE=1 it is faster.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <hip/hip_runtime.h>

static int bad;
static double gigahertz;
static int units;

static void within(const char* what, double value, double expected) {
  bool ok = fabs(value / expected - 1) <= .10;
  printf("%-64s %8.2f, measured on cards %8.2f  %s\n", what, value, expected, ok ? "ok" : "WRONG");
  bad += !ok;
}

#define EIGHT(x) x x x x x x x x
// A kernel that repeats BODY 16 times per iteration, OPS instructions each.
#define KERNEL(NAME, SETUP, BODY)                                                                           \
  __global__ void NAME(float* memory, int iterations, int zero) {                                           \
    __shared__ float shared[4096];                                                                          \
    int lane = threadIdx.x & 63;                                                                            \
    (void)lane;                                                                                             \
    SETUP                                                                                                   \
    for (int i = 0; i < iterations; i++) {                                                                  \
      EIGHT(BODY) asm volatile("s_waitcnt vmcnt(0) lgkmcnt(0)");                                            \
      EIGHT(BODY) asm volatile("s_waitcnt vmcnt(0) lgkmcnt(0)");                                            \
    }                                                                                                       \
    if (zero) shared[threadIdx.x] = memory[threadIdx.x], memory[threadIdx.x + 1] = shared[threadIdx.x ^ 1]; \
  }

__global__ void empty() {}
#define REGISTERS float a = lane, b = 1, c = 2;
KERNEL(mac_float, REGISTERS, asm volatile("v_mac_f32 %0, %1, %2" : "+v"(a) : "v"(b), "v"(c));)
KERNEL(fma_float, REGISTERS, asm volatile("v_fma_f32 %0, %1, %2, %0" : "+v"(a) : "v"(b), "v"(c));)
KERNEL(mul_lo, REGISTERS, asm volatile("v_mul_lo_u32 %0, %1, %2" : "=v"(a) : "v"(b), "v"(c));)
KERNEL(reciprocal, REGISTERS, asm volatile("v_rcp_f32 %0, %1" : "=v"(a) : "v"(b));)
KERNEL(add_double, double a = lane; double b = 1;, asm volatile("v_add_f64 %0, %0, %1" : "+v"(a) : "v"(b));)
KERNEL(fma_double, double a = lane; double b = 1;, asm volatile("v_fma_f64 %0, %0, %1, %1" : "+v"(a) : "v"(b));)

// LDS: addresses in bytes; M0 is the limit that this generation asks for.
typedef float float2_ __attribute__((ext_vector_type(2)));
typedef float float3_ __attribute__((ext_vector_type(3)));
typedef float float4_ __attribute__((ext_vector_type(4)));
#define LDS_AT(FACTOR)      \
  int at = lane * (FACTOR); \
  asm volatile("s_mov_b32 m0, -1");
KERNEL(lds_read1, LDS_AT(4) float r;, asm volatile("ds_read_b32 %0, %1" : "=v"(r) : "v"(at));)
KERNEL(lds_read2, LDS_AT(8) float2_ r;, asm volatile("ds_read_b64 %0, %1" : "=v"(r) : "v"(at));)
KERNEL(lds_read4, LDS_AT(16) float4_ r;, asm volatile("ds_read_b128 %0, %1" : "=v"(r) : "v"(at));)
KERNEL(lds_read_same, LDS_AT(0) float r;, asm volatile("ds_read_b32 %0, %1" : "=v"(r) : "v"(at));)
KERNEL(lds_read_conflict, LDS_AT(128) float r;, asm volatile("ds_read_b32 %0, %1" : "=v"(r) : "v"(at));)
KERNEL(lds_write1, LDS_AT(4) float r = 1;, asm volatile("ds_write_b32 %1, %0" : : "v"(r), "v"(at));)
KERNEL(lds_write2, LDS_AT(8) float2_ r = 1;, asm volatile("ds_write_b64 %1, %0" : : "v"(r), "v"(at));)
KERNEL(lds_write4, LDS_AT(16) float4_ r = 1;, asm volatile("ds_write_b128 %1, %0" : : "v"(r), "v"(at));)

// L1: all work-groups read the same few lines.
#define L1_AT(INDEX) float* at = memory + (INDEX);
#define SHUFFLED (((lane & 15) * 7 + 3) % 16 + (lane & 48))
KERNEL(l1_read1, L1_AT(lane) float r;, asm volatile("flat_load_dword %0, %1" : "=v"(r) : "v"(at));)
KERNEL(l1_read1_same, L1_AT(0) float r;, asm volatile("flat_load_dword %0, %1" : "=v"(r) : "v"(at));)
KERNEL(l1_read1_shuffled, L1_AT(SHUFFLED) float r;, asm volatile("flat_load_dword %0, %1" : "=v"(r) : "v"(at));)
KERNEL(l1_read2, L1_AT(2 * lane) float2_ r;, asm volatile("flat_load_dwordx2 %0, %1" : "=v"(r) : "v"(at));)
KERNEL(l1_read3, L1_AT(3 * lane) float3_ r;, asm volatile("flat_load_dwordx3 %0, %1" : "=v"(r) : "v"(at));)
KERNEL(l1_read3_shuffled, L1_AT(3 * SHUFFLED) float3_ r;, asm volatile("flat_load_dwordx3 %0, %1" : "=v"(r) : "v"(at));)
KERNEL(l1_read4, L1_AT(4 * lane) float4_ r;, asm volatile("flat_load_dwordx4 %0, %1" : "=v"(r) : "v"(at));)
KERNEL(l1_read4_shuffled, L1_AT(4 * SHUFFLED) float4_ r;, asm volatile("flat_load_dwordx4 %0, %1" : "=v"(r) : "v"(at));)

static double modelled(void* kernel, int groups, int threads, int iterations, float* memory) {
  static auto sum = (double (*)(uint64_t*))dlsym(RTLD_DEFAULT, "vgpu_modelled_microseconds");
  int zero = 0;
  void* arguments[] = {&memory, &iterations, &zero};
  double before = sum(nullptr);
  if (hipLaunchKernel(kernel, dim3(groups), dim3(threads), arguments, 0, nullptr) != hipSuccess) exit(printf("no launch\n"));
  (void)hipDeviceSynchronize();
  return sum(nullptr) - before;
}

// Cycles of one instruction of a wave on its compute unit, at full occupancy.
static double cycles(void* kernel, float* memory) {
  int groups = units * 10, less = 8, more = 24;
  double time = modelled(kernel, groups, 256, more, memory) - modelled(kernel, groups, 256, less, memory);
  return time * 1000 * gigahertz / ((more - less) * 16.0 * 40);
}

int main() {
  hipDeviceProp_t device;
  if (!dlsym(RTLD_DEFAULT, "vgpu_modelled_microseconds") || !getenv("VGPU_TIME") || hipGetDeviceProperties(&device, 0) != hipSuccess) {
    printf("run it on the virtual GPU with VGPU_TIME set to a chip\n");
    return 2;
  }
  gigahertz = device.clockRate / 1e6;
  units = device.multiProcessorCount;
  printf("%s: %d compute units, %.3f GHz\n", device.name, units, gigahertz);
  float* memory;
  if (hipMalloc(&memory, 1 << 20) != hipSuccess) return 2;

  hipEvent_t start, stop;
  float milliseconds;
  (void)hipEventCreate(&start);
  (void)hipEventCreate(&stop);
  (void)hipExtLaunchKernel((void*)empty, dim3(1), dim3(64), nullptr, 0, nullptr, start, stop, 0);
  (void)hipEventElapsedTime(&milliseconds, start, stop);
  within("empty kernel, start to end stamp, us", 1000 * milliseconds, 2.84);
  for (int waves = 1; waves <= 8; waves++) {
    char what[64];
    snprintf(what, sizeof what, "dispatch of a work-group of %d waves, cycles of the chip", waves);
    double time = modelled((void*)empty, 40000, 64 * waves, 0, nullptr) - modelled((void*)empty, 20000, 64 * waves, 0, nullptr);
    within(what, time * 1000 * gigahertz / 20000, waves > 4 ? waves : 4);
  }
  struct {
    const char* what;
    void* kernel;
    double expected;
  } rates[] = {
      {"v_mac_f32, cycles on its SIMD", (void*)mac_float, 4},
      {"v_fma_f32", (void*)fma_float, 16},
      {"v_mul_lo_u32", (void*)mul_lo, 16},
      {"v_rcp_f32", (void*)reciprocal, 16},
      {"v_add_f64", (void*)add_double, 32},
      {"v_fma_f64", (void*)fma_double, 64},
      {"ds_read_b32, cycles of the compute unit", (void*)lds_read1, 2},
      {"ds_read_b64", (void*)lds_read2, 4},
      {"ds_read_b128", (void*)lds_read4, 8},
      {"ds_read_b32, all lanes the same", (void*)lds_read_same, 2},
      {"ds_read_b32, all lanes in one bank", (void*)lds_read_conflict, 64},
      {"ds_write_b32", (void*)lds_write1, 4},
      {"ds_write_b64", (void*)lds_write2, 6},
      {"ds_write_b128", (void*)lds_write4, 10},
      {"L1 dword, linear", (void*)l1_read1, 3.96},
      {"L1 dword, all lanes the same", (void*)l1_read1_same, 3.96},
      {"L1 dword, shuffled within 64 bytes", (void*)l1_read1_shuffled, 15.6},
      {"L1 dwordx2, linear", (void*)l1_read2, 17.5},
      {"L1 dwordx3, linear", (void*)l1_read3, 15.6},
      {"L1 dwordx3, shuffled", (void*)l1_read3_shuffled, 31.2},
      {"L1 dwordx4, linear", (void*)l1_read4, 15.6},
      {"L1 dwordx4, shuffled", (void*)l1_read4_shuffled, 17.4},
  };
  for (auto& rate : rates) within(rate.what, cycles(rate.kernel, memory) * (rate.what[0] == 'v' ? 4 : 1), rate.expected);
  printf(bad ? "%d FAILED\n" : "all ok\n", bad);
  return bad != 0;
}
