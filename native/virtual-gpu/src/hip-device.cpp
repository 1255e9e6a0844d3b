// HIP: device, properties, attributes.
#include "runtime.h"

EX E hipInit(unsigned int flags) {
  FAULT;
  return ret(flags ? hipErrorInvalidValue : hipSuccess);
}
EX E hipDriverGetVersion(int* v) {
  FAULT;
  if (!v) return ret(hipErrorInvalidValue);
  *v = HIP_VERSION;
  return hipSuccess;
}
EX E hipRuntimeGetVersion(int* v) {
  FAULT;
  return hipDriverGetVersion(v);
}
EX E hipGetDeviceCount(int* n) {
  FAULT;
  if (!n) return ret(hipErrorInvalidValue);
  *n = DEVICES;
  return hipSuccess;
}
EX E hipGetDevice(int* d) {
  FAULT;
  if (!d) return ret(hipErrorInvalidValue);
  *d = current;
  return hipSuccess;
}
EX E hipSetDevice(int d) {
  FAULT;
  if (!isDevice(d)) return ret(hipErrorInvalidDevice);
  current = d;
  return hipSuccess;
}
EX E hipDeviceGet(hipDevice_t* d, int o) {
  FAULT;
  if (!d) return ret(hipErrorInvalidValue);
  if (!isDevice(o)) return ret(hipErrorInvalidDevice);
  *d = o;
  return hipSuccess;
}
EX E hipDeviceSynchronize() {
  FAULT;
  vg_count_synchronisation();
  LOCK;
  finishAll();
  return hipSuccess;
}
EX E hipDeviceReset() {
  FAULT;
  LOCK;
  finishAll();
  return hipSuccess;
}
EX E hipSetDeviceFlags(unsigned) {
  FAULT;
  return hipSuccess;
}
EX E hipGetDeviceFlags(unsigned* f) {
  FAULT;
  if (f) *f = 0;
  return hipSuccess;
}
EX E hipDeviceSetCacheConfig(hipFuncCache_t) {
  FAULT;
  return hipSuccess;
}
EX E hipDeviceGetCacheConfig(hipFuncCache_t* c) {
  FAULT;
  if (c) *c = hipFuncCachePreferNone;
  return hipSuccess;
}
EX E hipDeviceGetStreamPriorityRange(int* l, int* g) {
  FAULT;
  if (l) *l = 1;
  if (g) *g = -1;
  return hipSuccess;
}
EX E hipDeviceCanAccessPeer(int* c, int, int) {
  FAULT;
  if (c) *c = 0;
  return hipSuccess;
}
// What the device reports: the chip of VGPU_TIME, or else an RX 580.
static const timing::Chip& CARD = timing::chip() ? *timing::chip() : timing::CHIPS[0];
static const char* DEVNAME = CARD.name;
static const int CLOCK_KHZ = (int)(CARD.gigahertz * 1e6 + .5);
EX E hipDeviceGetName(char* n, int len, hipDevice_t d) {
  FAULT;
  if (!n || len <= 0) return ret(hipErrorInvalidValue);
  if (!isDevice(d)) return ret(hipErrorInvalidDevice);
  snprintf(n, len, "%s", DEVNAME);
  return hipSuccess;
}
EX E hipDeviceGetUuid(hipUUID* u, hipDevice_t d) {
  FAULT;
  if (!u) return ret(hipErrorInvalidValue);
  if (!isDevice(d)) return ret(hipErrorInvalidDevice);
  memset(u, 0x58 + d, sizeof *u);
  return hipSuccess;
}
EX E hipDeviceGetPCIBusId(char* b, int len, int d) {
  FAULT;
  if (!b) return ret(hipErrorInvalidValue);
  snprintf(b, len, "0000:%02x:00.0", 1 + d);
  return hipSuccess;
}
EX E hipDeviceTotalMem(size_t* b, hipDevice_t d) {
  FAULT;
  if (!b) return ret(hipErrorInvalidValue);
  if (!isDevice(d)) return ret(hipErrorInvalidDevice);
  *b = TOTAL;
  return hipSuccess;
}
EX E hipDeviceComputeCapability(int* a, int* b, hipDevice_t) {
  FAULT;
  *a = 8;
  *b = 0;
  return hipSuccess;
}
EX E hipDeviceGetLimit(size_t* v, hipLimit_t l) {
  FAULT;
  if (!v) return ret(hipErrorInvalidValue);
  *v = l == hipLimitMallocHeapSize ? 8 << 20 : 16384;
  return hipSuccess;
}
EX E hipDeviceSetLimit(hipLimit_t, size_t) {
  FAULT;
  return hipSuccess;
}
EX E hipGetDevicePropertiesR0600(hipDeviceProp_tR0600* p, int d) {
  FAULT;
  if (!p) return ret(hipErrorInvalidValue);
  if (!isDevice(d)) return ret(hipErrorInvalidDevice);
  memset(p, 0, sizeof *p);
  snprintf(p->name, sizeof p->name, "%s", DEVNAME);
  snprintf(p->gcnArchName, sizeof p->gcnArchName, "gfx803");
  p->totalGlobalMem = TOTAL;
  p->sharedMemPerBlock = 65536;
  p->regsPerBlock = 65536;
  p->warpSize = 64;
  p->memPitch = 0x7fffffff;
  p->maxThreadsPerBlock = 1024;
  p->maxThreadsDim[0] = p->maxThreadsDim[1] = p->maxThreadsDim[2] = 1024;
  p->maxGridSize[0] = 0x7fffffff;
  p->maxGridSize[1] = p->maxGridSize[2] = 65536;
  p->clockRate = CLOCK_KHZ;
  p->totalConstMem = 0x7fffffff;
  p->major = 8;
  p->minor = 0;
  p->multiProcessorCount = CARD.computeUnits;
  p->canMapHostMemory = 1;
  p->concurrentKernels = 1;
  p->pciBusID = 1 + d;
  p->memoryClockRate = CARD.memoryKilohertz;
  p->memoryBusWidth = CARD.busBits;
  p->l2CacheSize = CARD.l2Bytes;
  p->maxThreadsPerMultiProcessor = 2560;
  p->cooperativeLaunch = 0;
  p->unifiedAddressing = 1;
  p->asyncEngineCount = 1;
  p->maxSharedMemoryPerMultiProcessor = 65536;
  p->sharedMemPerMultiprocessor = 65536;
  p->regsPerMultiprocessor = 65536;
  p->maxBlocksPerMultiProcessor = 40;
  p->textureAlignment = 256;
  p->isLargeBar = 0;
  p->arch.hasGlobalInt32Atomics = p->arch.hasGlobalFloatAtomicExch = p->arch.hasSharedInt32Atomics = p->arch.hasSharedFloatAtomicExch =
      p->arch.hasFloatAtomicAdd = p->arch.hasGlobalInt64Atomics = p->arch.hasSharedInt64Atomics = p->arch.hasDoubles = p->arch.hasWarpVote =
          p->arch.hasWarpBallot = p->arch.hasWarpShuffle = p->arch.has3dGrid = 1;
  return hipSuccess;
}
EX E hipGetDevicePropertiesR0000(hipDeviceProp_tR0000* p, int d) {
  FAULT;
  if (!p) return ret(hipErrorInvalidValue);
  if (!isDevice(d)) return ret(hipErrorInvalidDevice);
  memset(p, 0, sizeof *p);
  snprintf(p->name, sizeof p->name, "%s", DEVNAME);
  snprintf(p->gcnArchName, sizeof p->gcnArchName, "gfx803");
  p->gcnArch = 803;
  p->totalGlobalMem = TOTAL;
  p->sharedMemPerBlock = 65536;
  p->regsPerBlock = 65536;
  p->warpSize = 64;
  p->maxThreadsPerBlock = 1024;
  p->maxThreadsDim[0] = p->maxThreadsDim[1] = p->maxThreadsDim[2] = 1024;
  p->maxGridSize[0] = p->maxGridSize[1] = p->maxGridSize[2] = 0x7fffffff;
  p->clockRate = CLOCK_KHZ;
  p->memoryClockRate = CARD.memoryKilohertz;
  p->memoryBusWidth = CARD.busBits;
  p->totalConstMem = 0x7fffffff;
  p->major = 8;
  p->minor = 0;
  p->multiProcessorCount = CARD.computeUnits;
  p->l2CacheSize = CARD.l2Bytes;
  p->maxThreadsPerMultiProcessor = 2560;
  p->maxSharedMemoryPerMultiProcessor = 65536;
  p->pciBusID = 1 + d;
  p->canMapHostMemory = 1;
  p->concurrentKernels = 1;
  return hipSuccess;
}
EX E hipGetDeviceProperties(hipDeviceProp_tR0000* p, int d) {
  FAULT;
  return hipGetDevicePropertiesR0000(p, d);
} // the unversioned name is the old struct, as in the real library
EX E hipDeviceGetAttribute(int* v, hipDeviceAttribute_t a, int d) {
  FAULT;
  if (!v) return ret(hipErrorInvalidValue);
  if (!isDevice(d)) return ret(hipErrorInvalidDevice);
  switch (a) {
  case hipDeviceAttributeMaxThreadsPerBlock:
  case hipDeviceAttributeMaxBlockDimX:
  case hipDeviceAttributeMaxBlockDimY:
  case hipDeviceAttributeMaxBlockDimZ: *v = 1024; break;
  case hipDeviceAttributeMaxGridDimX: *v = 0x7fffffff; break;
  case hipDeviceAttributeMaxGridDimY:
  case hipDeviceAttributeMaxGridDimZ: *v = 65536; break;
  case hipDeviceAttributeMaxSharedMemoryPerBlock:
  case hipDeviceAttributeMaxSharedMemoryPerMultiprocessor: *v = 65536; break;
  case hipDeviceAttributeWarpSize: *v = 64; break;
  case hipDeviceAttributeMaxRegistersPerBlock: *v = 65536; break;
  case hipDeviceAttributeClockRate: *v = CLOCK_KHZ; break;
  case hipDeviceAttributeMemoryClockRate: *v = CARD.memoryKilohertz; break;
  case hipDeviceAttributeMemoryBusWidth: *v = CARD.busBits; break;
  case hipDeviceAttributeMultiprocessorCount:
  case hipDeviceAttributePhysicalMultiProcessorCount: *v = CARD.computeUnits; break;
  case hipDeviceAttributeMaxThreadsPerMultiProcessor: *v = 2560; break;
  case hipDeviceAttributeL2CacheSize: *v = CARD.l2Bytes; break;
  case hipDeviceAttributeComputeCapabilityMajor: *v = 8; break;
  case hipDeviceAttributeComputeCapabilityMinor: *v = 0; break;
  case hipDeviceAttributeTotalConstantMemory: *v = 0x7fffffff; break;
  case hipDeviceAttributePciBusId: *v = 1 + d; break;
  case hipDeviceAttributeConcurrentKernels:
  case hipDeviceAttributeCanMapHostMemory:
  case hipDeviceAttributeUnifiedAddressing: *v = 1; break;
  case hipDeviceAttributeWallClockRate: *v = 25000; break;
  case hipDeviceAttributeTextureAlignment: *v = 256; break;
  default:
    *v = 0;
    if (trace()) fprintf(stderr, "vgpu: hipDeviceGetAttribute %d -> 0\n", (int)a);
  }
  return hipSuccess;
}
EX E hipChooseDeviceR0600(int* d, const hipDeviceProp_tR0600*) {
  FAULT;
  if (d) *d = 0;
  return hipSuccess;
}
