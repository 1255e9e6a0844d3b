// HIP: error names, the last error, exit reports.
#include "runtime.h"

struct EN {
  E e;
  const char *n, *s;
};
static const EN errs[] = {{hipSuccess, "hipSuccess", "no error"},
                          {hipErrorInvalidValue, "hipErrorInvalidValue", "invalid argument"},
                          {hipErrorOutOfMemory, "hipErrorOutOfMemory", "out of memory"},
                          {hipErrorNotInitialized, "hipErrorNotInitialized", "initialization error"},
                          {hipErrorInvalidConfiguration, "hipErrorInvalidConfiguration", "invalid configuration argument"},
                          {hipErrorInvalidSymbol, "hipErrorInvalidSymbol", "invalid device symbol"},
                          {hipErrorInvalidMemcpyDirection, "hipErrorInvalidMemcpyDirection", "invalid copy direction for memcpy"},
                          {hipErrorInvalidDeviceFunction, "hipErrorInvalidDeviceFunction", "invalid device function"},
                          {hipErrorNoDevice, "hipErrorNoDevice", "no ROCm-capable device is detected"},
                          {hipErrorInvalidDevice, "hipErrorInvalidDevice", "invalid device ordinal"},
                          {hipErrorInvalidImage, "hipErrorInvalidImage", "device kernel image is invalid"},
                          {hipErrorNoBinaryForGpu, "hipErrorNoBinaryForGpu", "no kernel image is available for execution on the device"},
                          {hipErrorFileNotFound, "hipErrorFileNotFound", "file not found"},
                          {hipErrorInvalidHandle, "hipErrorInvalidHandle", "invalid resource handle"},
                          {hipErrorNotFound, "hipErrorNotFound", "named symbol not found"},
                          {hipErrorNotReady, "hipErrorNotReady", "device not ready"},
                          {hipErrorLaunchFailure, "hipErrorLaunchFailure", "unspecified launch failure"},
                          {hipErrorNotSupported, "hipErrorNotSupported", "operation not supported"},
                          {hipErrorUnknown, "hipErrorUnknown", "unknown error"}};
EX const char* hipGetErrorName(E e) {
  for (auto& x : errs)
    if (x.e == e) return x.n;
  return "hipErrorUnknown";
}
EX const char* hipGetErrorString(E e) {
  for (auto& x : errs)
    if (x.e == e) return x.s;
  return "unknown error";
}
EX E hipDrvGetErrorName(E e, const char** s) {
  FAULT;
  *s = hipGetErrorName(e);
  return hipSuccess;
}
EX E hipDrvGetErrorString(E e, const char** s) {
  FAULT;
  *s = hipGetErrorString(e);
  return hipSuccess;
}
EX E hipGetLastError() {
  E e = lastErr;
  lastErr = hipSuccess;
  return e;
}
EX E hipExtGetLastError() { return hipGetLastError(); }
EX E hipPeekAtLastError() { return lastErr; }
static void vg_atexit() {
  if (getenv("VGPU_PROFILE") && *getenv("VGPU_PROFILE")) vg_profile();
  if (getenv("VGPU_STATS"))
    fprintf(stderr, "vgpu: %llu launches, %llu wave instructions, %.3f s in kernels (%.1f M wave-inst/s)\n",
            (unsigned long long)vg_stats.launches, (unsigned long long)vg_stats.inst, vg_stats.ns / 1e9,
            vg_stats.inst * 1e3 / (vg_stats.ns + 1));
}
static struct AtExit {
  AtExit() { atexit(vg_atexit); }
} ae_;
