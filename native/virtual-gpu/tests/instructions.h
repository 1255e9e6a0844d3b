// One instruction (or a few) by inline assembly in a kernel of its own, over edge values, against a formula in C.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <hip/hip_runtime.h>
#include <vector>

constexpr int Lanes = 64, Groups = 64, Values = Lanes * Groups;

// A float as the vector unit reads it: clang sets the mode that flushes denormals of 32 bits.
__host__ __device__ inline float f(uint32_t u) {
  float x;
  if ((u & 0x7f800000) == 0) u &= 0x80000000;
  __builtin_memcpy(&x, &u, 4);
  return x;
}
__host__ __device__ inline uint32_t u(float x) { uint32_t r; __builtin_memcpy(&r, &x, 4); return r; }
inline _Float16 h(uint32_t u) { uint16_t s = (uint16_t)u; _Float16 x; memcpy(&x, &s, 2); return x; }
inline uint32_t hu(_Float16 x) { uint16_t r; memcpy(&r, &x, 2); return r; }

enum class Kind { Bits, Float, Half };
typedef void (*Kernel)(const uint32_t*, const uint32_t*, const uint32_t*, uint32_t*);
// What lane i of a wave gets from the values of all its lanes.
typedef uint32_t (*Expected)(const uint32_t* X, const uint32_t* Y, const uint32_t* Z, int i);
struct Case { const char* name; Kernel kernel; Expected expected; Kind kind; int ulps; };
inline std::vector<Case>& cases() { static std::vector<Case> all; return all; }
inline int add(Case c) { cases().push_back(c); return 0; }

template <class T> __global__ void run(const uint32_t* a, const uint32_t* b, const uint32_t* c, uint32_t* r) {
  __shared__ uint32_t cells[2 * Lanes];
  int i = blockIdx.x * Lanes + threadIdx.x;
  r[i] = T::compute(a[i], b[i], c[i], cells + threadIdx.x, r + i);
}

#define CAT_(a, b) a##b
#define CAT(a, b) CAT_(a, b)
#define EXPECT(KIND, ULPS, NAME, EXPR) \
    static uint32_t expected(const uint32_t* X, const uint32_t* Y, const uint32_t* Z, int i) { \
      uint32_t x = X[i], y = Y[i], z = Z[i]; \
      (void)x, (void)y, (void)z; \
      return (uint32_t)(EXPR); \
    } \
  }; \
  static int CAT(added, __LINE__) = add({NAME, run<CAT(Case, __LINE__)>, CAT(Case, __LINE__)::expected, Kind::KIND, ULPS});
#define COMPUTE struct CAT(Case, __LINE__) { static __device__ uint32_t compute(uint32_t x, uint32_t y, uint32_t z, uint32_t* cell, uint32_t* place)

// %0 result, %1 %2 %3 operands in vector registers.
#define VECTOR_(KIND, ULPS, NAME, ASM, EXPR) \
  COMPUTE { uint32_t r; asm volatile(ASM : "=&v"(r) : "v"(x), "v"(y), "v"(z) : "vcc", "s40", "s41"); return r; } EXPECT(KIND, ULPS, NAME, EXPR)
#define VECTOR(NAME, ASM, EXPR) VECTOR_(Bits, 0, NAME, NAME " " ASM, EXPR)
#define FLOAT(NAME, ASM, EXPR) VECTOR_(Float, 0, NAME, NAME " " ASM, u((float)(EXPR)))
#define NEAR(NAME, ULPS, ASM, EXPR) VECTOR_(Float, ULPS, NAME, NAME " " ASM, u((float)(EXPR)))
#define HALF(NAME, ASM, EXPR) VECTOR_(Half, 0, NAME, NAME " " ASM, hu((_Float16)(EXPR)))
#define COMPARE(NAME, EXPR) VECTOR_(Bits, 0, NAME, NAME " s[40:41], %1, %2\n v_cndmask_b32 %0, 0, 1, s[40:41]", (EXPR) ? 1 : 0)
#define SEVERAL(NAME, ASM, EXPR) VECTOR_(Bits, 0, NAME, ASM, EXPR)

// The same in scalar registers: every lane computes what the first one has.
#define SCALAR(NAME, ASM, EXPR) \
  COMPUTE { \
    uint32_t r, p = __builtin_amdgcn_readfirstlane(x), q = __builtin_amdgcn_readfirstlane(y), s = __builtin_amdgcn_readfirstlane(z); \
    asm volatile(ASM : "=&s"(r) : "s"(p), "s"(q), "s"(s) : "scc", "s40", "s41", "s42", "s43"); \
    return r; \
  } \
  EXPECT(Bits, 0, NAME, ([](uint32_t x, uint32_t y, uint32_t z) -> uint32_t { return (uint32_t)(EXPR); })(X[0], Y[0], Z[0]))

// %0 result; %1 %2 %3 operands; %4 an address in local memory that holds x. The result and what the cell holds then count.
#define LOCAL(NAME, ASM, RETURNED, LEFT) \
  COMPUTE { \
    uint32_t r = 0; \
    *cell = x; \
    asm volatile("s_mov_b32 m0, -1\n " ASM "\n s_waitcnt lgkmcnt(0)" : "+v"(r) : "v"(x), "v"(y), "v"(z), "v"((__attribute__((address_space(3))) uint32_t*)cell) : "memory"); \
    return r * 31 + *cell; \
  } \
  EXPECT(Bits, 0, NAME, (uint32_t)(RETURNED) * 31 + (uint32_t)(LEFT))
// The same in global memory.
#define GLOBAL(NAME, ASM, RETURNED, LEFT) \
  COMPUTE { \
    uint32_t r = 0; \
    *(volatile uint32_t*)place = x; \
    asm volatile(ASM "\n s_waitcnt vmcnt(0) lgkmcnt(0)" : "+v"(r) : "v"(x), "v"(y), "v"(z), "v"(place) : "memory"); \
    return r * 31 + *(volatile uint32_t*)place; \
  } \
  EXPECT(Bits, 0, NAME, (uint32_t)(RETURNED) * 31 + (uint32_t)(LEFT))
