// times-peaks FILE: what the time model says of the peaks that clpeak measured on a card, in the format of ../measured/clpeak-rx570.tsv:
// reads of each width, and multiply-adds of each type. ../times runs it on the card that the table names.
//   --most-error X   end with 1 where a rate is farther off than this share; reads that scatter over lines are only stated
#include "times.h"
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <hip/hip_ext.h>
#include <hip/hip_runtime.h>
#include <sstream>

// Sixteen reads a thread; a group's are one block, and neighbours read side by side.
constexpr int READS = 16, GROUP = 256;

template <int N> struct Vector {
  typedef float Type __attribute__((ext_vector_type(N)));
  __device__ static float sum(Type v) {
    float s = 0;
    for (int i = 0; i < N; i++) s += v[i];
    return s;
  }
};
template <> struct Vector<1> {
  typedef float Type;
  __device__ static float sum(Type v) { return v; }
};

template <int N> __global__ __launch_bounds__(GROUP) void read(const typename Vector<N>::Type* from, float* to) {
  int at = blockIdx.x * GROUP * READS + threadIdx.x;
  typename Vector<N>::Type sum = 0;
#pragma unroll
  for (int i = 0; i < READS; i++, at += GROUP) sum += from[at];
  to[blockIdx.x * GROUP + threadIdx.x] = Vector<N>::sum(sum);
}

// Two chains that take each other's values: no product can be left out.
constexpr int ROUNDS = 128, PRODUCTS = 16;

template <typename T> __global__ __launch_bounds__(GROUP) void multiply_add(T* to, T first) {
  T x = first, y = (T)threadIdx.x;
  for (int i = 0; i < ROUNDS; i++)
#pragma unroll
    for (int k = 0; k < PRODUCTS; k += 2) {
      x = y * x + y;
      y = x * y + x;
    }
  to[blockIdx.x * GROUP + threadIdx.x] = y;
}

static double microseconds(const void* kernel, int groups, void** arguments) {
  hipEvent_t start, stop;
  float milliseconds = 0;
  (void)hipEventCreate(&start);
  (void)hipEventCreate(&stop);
  if (hipExtLaunchKernel(kernel, dim3(groups), dim3(GROUP), arguments, 0, nullptr, start, stop, 0) != hipSuccess) exit(printf("no launch\n"));
  (void)hipEventSynchronize(stop);
  (void)hipEventElapsedTime(&milliseconds, start, stop);
  (void)hipEventDestroy(start);
  (void)hipEventDestroy(stop);
  return 1000 * milliseconds;
}

constexpr size_t BYTES = 256 << 20;

// GB/s.
template <int N> static double reading(char* memory) {
  const int groups = BYTES / (sizeof(float) * N * READS * GROUP);
  float* to = (float*)(memory + BYTES);
  void* arguments[] = {&memory, &to};
  return BYTES / microseconds((const void*)read<N>, groups, arguments) / 1000;
}

// Thousand millions of operations a second, a multiply-add being two.
template <typename T> static double computing(char* memory) {
  const int groups = 16384;
  T first = 3;
  void* arguments[] = {&memory, &first};
  return 2.0 * ROUNDS * PRODUCTS * groups * GROUP / microseconds((const void*)multiply_add<T>, groups, arguments) / 1000;
}

int main(int argc, char** argv) {
  struct {
    const char* name;
    double (*rate)(char*);
    bool scattered = false;
  } peaks[] = {
      {"read float", reading<1>},
      {"read float2", reading<2>},
      {"read float4", reading<4>},
      {"read float8", reading<8>, true},
      {"read float16", reading<16>, true},
      {"multiply-add float", computing<float>},
      {"multiply-add double", computing<double>},
      {"multiply-add int", computing<int>},
  };
  bool judged = argc == 4 && !strcmp(argv[2], "--most-error");
  if ((argc != 2 && !judged) || !getenv("VGPU_TIME")) {
    fprintf(stderr, "usage: times FILE [--most-error X]\n");
    return 2;
  }
  const double most = judged ? atof(argv[3]) : INFINITY;
  int good = 0, beyond = 0;
  std::ifstream file(argv[1]);
  std::string line;
  std::getline(file, line);
  char* memory;
  if (hipMalloc(&memory, BYTES + (BYTES >> 4)) != hipSuccess) return 2;
  std::vector<double> errors, logarithms;
  printf("modelled\tmeasured\tratio\trow\n");
  while (std::getline(file, line)) {
    std::stringstream parts(line);
    std::string name, unit, measured;
    std::getline(parts, name, '\t');
    std::getline(parts, unit, '\t');
    std::getline(parts, measured, '\t');
    auto peak = std::find_if(std::begin(peaks), std::end(peaks), [&](auto& p) {
      return name == p.name;
    });
    if (peak == std::end(peaks)) {
      printf("-\t%s\t-\t%s: no such peak\n", measured.c_str(), name.c_str());
      continue;
    }
    double modelled = peak->rate(memory), ratio = modelled / atof(measured.c_str());
    printf("%.1f\t%s\t%.3f\t%s, %s\n", modelled, measured.c_str(), ratio, name.c_str(), unit.c_str());
    fflush(stdout);
    errors.push_back(std::fabs(ratio - 1));
    if (!peak->scattered) (errors.back() <= most ? good : beyond)++;
    logarithms.push_back(log_ratio(ratio));
  }
  summary(errors, logarithms);
  if (judged) printf("%d rates within %.3f, %d beyond it\n", good, most, beyond);
  return judged && (beyond || !good) ? 1 : 0;
}
