// HIP: copies and fills.
#include "runtime.h"

// how: 0 synchronous on the null stream, 1 synchronous after the stream, 2 asynchronous
static E cpy(void* d, const void* s, size_t n, int kind, int how = 0, hipStream_t st = nullptr) {
  LOCK;
  if (!n) return hipSuccess;
  if (!d || !s) return ret(hipErrorInvalidValue);
  if (kind < 0 || kind > 4) return ret(hipErrorInvalidMemcpyDirection);
  bool dd = isDev(d), sd = isDev(s);
  if ((kind == hipMemcpyHostToDevice && !dd) || (kind == hipMemcpyDeviceToHost && !sd) ||
      (kind == hipMemcpyDeviceToDevice && (!dd || !sd))) {
    if (trace()) fprintf(stderr, "vgpu: memcpy kind %d of unknown pointers\n", kind);
    return ret(hipErrorInvalidValue);
  }
  if (!fits(d, n) || !fits(s, n)) return ret(hipErrorInvalidValue);
  if (!okStream(st)) return ret(hipErrorInvalidHandle);
  vg_count_copy(kind == hipMemcpyDefault ? (dd ? 1 : 0) | (sd ? 2 : 0) : kind, n);
  bool dd2 = dd && sd && !pageable(d) && !pageable(s);
  if ((how == 2 || (how == 0 && kind == hipMemcpyDeviceToDevice)) && dd2) {
    submit(st, [=] {
      memmove(d, s, n);
      timing::transfer(2 * n);
    });
    return hipSuccess;
  }
  finish(st);
  memmove(d, s, n);
  return hipSuccess; // pageable memory: the copy is done, or staged, when the call returns
}
EX E hipMemcpy(void* d, const void* s, size_t n, hipMemcpyKind k) {
  FAULT;
  return cpy(d, s, n, k);
}
EX E hipMemcpyAsync(void* d, const void* s, size_t n, hipMemcpyKind k, hipStream_t st) {
  FAULT;
  return cpy(d, s, n, k, 2, st);
}
EX E hipMemcpyWithStream(void* d, const void* s, size_t n, hipMemcpyKind k, hipStream_t st) {
  FAULT;
  return cpy(d, s, n, k, 1, st);
}
EX E hipMemcpyHtoD(hipDeviceptr_t d, HSRC s, size_t n) {
  FAULT;
  return cpy(d, s, n, 1);
}
EX E hipMemcpyDtoH(void* d, hipDeviceptr_t s, size_t n) {
  FAULT;
  return cpy(d, s, n, 2);
}
EX E hipMemcpyDtoD(hipDeviceptr_t d, hipDeviceptr_t s, size_t n) {
  FAULT;
  return cpy(d, s, n, 3);
}
EX E hipMemcpyHtoDAsync(hipDeviceptr_t d, HSRC s, size_t n, hipStream_t st) {
  FAULT;
  return cpy(d, s, n, 1, 2, st);
}
EX E hipMemcpyDtoHAsync(void* d, hipDeviceptr_t s, size_t n, hipStream_t st) {
  FAULT;
  return cpy(d, s, n, 2, 2, st);
}
EX E hipMemcpyDtoDAsync(hipDeviceptr_t d, hipDeviceptr_t s, size_t n, hipStream_t st) {
  FAULT;
  return cpy(d, s, n, 3, 2, st);
}
EX E hipMemcpyPeer(void* d, int, const void* s, int, size_t n) {
  FAULT;
  return cpy(d, s, n, 3);
}
EX E hipMemcpy2D(void* d, size_t dp, const void* s, size_t sp, size_t w, size_t h, hipMemcpyKind k) {
  FAULT;
  for (size_t i = 0; i < h; i++) {
    E e = cpy((char*)d + i * dp, (const char*)s + i * sp, w, k);
    if (e) return e;
  }
  return hipSuccess;
}
EX E hipMemcpy2DAsync(void* d, size_t dp, const void* s, size_t sp, size_t w, size_t h, hipMemcpyKind k, hipStream_t st) {
  FAULT;
  for (size_t i = 0; i < h; i++) {
    E e = cpy((char*)d + i * dp, (const char*)s + i * sp, w, k, 2, st);
    if (e) return e;
  }
  return hipSuccess;
}
static E setm(void* d, uint64_t v, int w, size_t n, hipStream_t st = nullptr) {
  LOCK;
  if (!n) return hipSuccess;
  if (!d || !isDev(d) || !fits(d, n * w)) return ret(hipErrorInvalidValue);
  if (!okStream(st)) return ret(hipErrorInvalidHandle);
  submit(st, [=] {
    timing::transfer(n * w);
    if (w == 1)
      memset(d, (int)v, n);
    else if (w == 2)
      for (size_t i = 0; i < n; i++) ((uint16_t*)d)[i] = v;
    else
      for (size_t i = 0; i < n; i++) ((uint32_t*)d)[i] = v;
  });
  return hipSuccess;
}
EX E hipMemset(void* d, int v, size_t n) {
  FAULT;
  return setm(d, v, 1, n);
}
EX E hipMemsetAsync(void* d, int v, size_t n, hipStream_t s) {
  FAULT;
  return setm(d, v, 1, n, s);
}
EX E hipMemsetD8(hipDeviceptr_t d, unsigned char v, size_t n) {
  FAULT;
  return setm(d, v, 1, n);
}
EX E hipMemsetD8Async(hipDeviceptr_t d, unsigned char v, size_t n, hipStream_t s) {
  FAULT;
  return setm(d, v, 1, n, s);
}
EX E hipMemsetD16(hipDeviceptr_t d, unsigned short v, size_t n) {
  FAULT;
  return setm(d, v, 2, n);
}
EX E hipMemsetD16Async(hipDeviceptr_t d, unsigned short v, size_t n, hipStream_t s) {
  FAULT;
  return setm(d, v, 2, n, s);
}
EX E hipMemsetD32(hipDeviceptr_t d, int v, size_t n) {
  FAULT;
  return setm(d, (uint32_t)v, 4, n);
}
EX E hipMemsetD32Async(hipDeviceptr_t d, int v, size_t n, hipStream_t s) {
  FAULT;
  return setm(d, (uint32_t)v, 4, n, s);
}
EX E hipMemset2D(void* d, size_t p, int v, size_t w, size_t h) {
  FAULT;
  for (size_t i = 0; i < h; i++) {
    E e = setm((char*)d + i * p, v, 1, w);
    if (e) return e;
  }
  return hipSuccess;
}
static int thePool;
EX E hipDeviceGetDefaultMemPool(hipMemPool_t* p, int) {
  FAULT;
  *p = (hipMemPool_t)&thePool;
  return hipSuccess;
}
EX E hipDeviceGetMemPool(hipMemPool_t* p, int) {
  FAULT;
  *p = (hipMemPool_t)&thePool;
  return hipSuccess;
}
EX E hipMemPoolTrimTo(hipMemPool_t, size_t) {
  FAULT;
  return hipSuccess;
}
EX E hipMemPoolSetAttribute(hipMemPool_t, hipMemPoolAttr, void*) {
  FAULT;
  return hipSuccess;
}
