// HIP: contexts.
#include "runtime.h"

static int theCtx;
EX E hipCtxCreate(hipCtx_t* c, unsigned, hipDevice_t) {
  FAULT;
  *c = (hipCtx_t)&theCtx;
  return hipSuccess;
}
EX E hipCtxDestroy(hipCtx_t) {
  FAULT;
  return hipSuccess;
}
EX E hipCtxGetCurrent(hipCtx_t* c) {
  FAULT;
  *c = (hipCtx_t)&theCtx;
  return hipSuccess;
}
EX E hipCtxSetCurrent(hipCtx_t) {
  FAULT;
  return hipSuccess;
}
EX E hipCtxPushCurrent(hipCtx_t) {
  FAULT;
  return hipSuccess;
}
EX E hipCtxPopCurrent(hipCtx_t* c) {
  FAULT;
  if (c) *c = (hipCtx_t)&theCtx;
  return hipSuccess;
}
EX E hipCtxGetDevice(hipDevice_t* d) {
  FAULT;
  *d = current;
  return hipSuccess;
}
EX E hipCtxSynchronize() {
  FAULT;
  vg_count_synchronisation();
  LOCK;
  finishAll();
  return hipSuccess;
}
EX E hipDevicePrimaryCtxRetain(hipCtx_t* c, hipDevice_t) {
  FAULT;
  *c = (hipCtx_t)&theCtx;
  return hipSuccess;
}
EX E hipDevicePrimaryCtxRelease(hipDevice_t) {
  FAULT;
  return hipSuccess;
}
