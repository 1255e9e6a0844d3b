// HIP: streams and events.
#include "runtime.h"

EX E hipStreamCreateWithPriority(hipStream_t* s, unsigned f, int p) {
  FAULT;
  LOCK;
  if (!s) return ret(hipErrorInvalidValue);
  auto* v = new VStream{f, p, current};
  streams.insert(v);
  *s = (hipStream_t)v;
  return hipSuccess;
}
EX E hipStreamCreateWithFlags(hipStream_t* s, unsigned f) {
  FAULT;
  if (f > 1) return ret(hipErrorInvalidValue);
  return hipStreamCreateWithPriority(s, f, 0);
}
EX E hipStreamCreate(hipStream_t* s) {
  FAULT;
  return hipStreamCreateWithPriority(s, 0, 0);
}
EX E hipExtStreamCreateWithCUMask(hipStream_t* s, uint32_t, const uint32_t*) {
  FAULT;
  return hipStreamCreate(s);
}
EX E hipStreamDestroy(hipStream_t s) {
  FAULT;
  LOCK;
  if (!s) return ret(hipErrorInvalidHandle);
  if (!streams.count((void*)s)) return ret(hipErrorInvalidHandle);
  finish(s);
  queues.erase((void*)s);
  lastSeq.erase((void*)s);
  waits.erase((void*)s);
  streams.erase((void*)s);
  delete (VStream*)s;
  return hipSuccess;
}
EX E hipStreamSynchronize(hipStream_t s) {
  FAULT;
  vg_count_synchronisation();
  LOCK;
  if (!okStream(s)) return ret(hipErrorInvalidHandle);
  finish(s);
  return hipSuccess;
}
EX E hipStreamQuery(hipStream_t s) {
  FAULT;
  LOCK;
  if (!okStream(s)) return ret(hipErrorInvalidHandle);
  finish(s);
  return hipSuccess;
}
EX E hipStreamWaitEvent(hipStream_t s, hipEvent_t e, unsigned) {
  FAULT;
  LOCK;
  if (!okStream(s) || !events.count((void*)e)) return ret(hipErrorInvalidHandle);
  if (async() && ((VEvent*)e)->seq) waits[key(s)].push_back({((VEvent*)e)->s, ((VEvent*)e)->seq});
  return hipSuccess;
}
EX E hipStreamGetFlags(hipStream_t s, unsigned* f) {
  FAULT;
  if (!f) return ret(hipErrorInvalidValue);
  *f = (uintptr_t)s <= 2 ? 0 : ((VStream*)s)->flags;
  return hipSuccess;
}
EX E hipStreamGetPriority(hipStream_t s, int* p) {
  FAULT;
  *p = (uintptr_t)s <= 2 ? 0 : ((VStream*)s)->prio;
  return hipSuccess;
}
EX E hipStreamGetDevice(hipStream_t s, hipDevice_t* d) {
  FAULT;
  *d = deviceOf(s);
  return hipSuccess;
}
EX E hipStreamIsCapturing(hipStream_t, hipStreamCaptureStatus* c) {
  FAULT;
  if (c) *c = hipStreamCaptureStatusNone;
  return hipSuccess;
}
EX E hipStreamAddCallback(hipStream_t s, hipStreamCallback_t cb, void* u, unsigned) {
  FAULT;
  LOCK;
  submit(s, [=] {
    cb(s, hipSuccess, u);
  });
  return hipSuccess;
}
EX E hipLaunchHostFunc(hipStream_t s, hipHostFn_t f, void* u) {
  FAULT;
  LOCK;
  submit(s, [=] {
    f(u);
  });
  return hipSuccess;
}
EX E hipEventCreateWithFlags(hipEvent_t* e, unsigned f) {
  FAULT;
  LOCK;
  if (!e) return ret(hipErrorInvalidValue);
  auto* v = new VEvent;
  v->flags = f;
  events.insert(v);
  *e = (hipEvent_t)v;
  return hipSuccess;
}
EX E hipEventCreate(hipEvent_t* e) {
  FAULT;
  return hipEventCreateWithFlags(e, 0);
}
EX E hipEventDestroy(hipEvent_t e) {
  FAULT;
  LOCK;
  if (!e) return ret(hipErrorInvalidHandle);
  if (!events.count((void*)e)) return ret(hipErrorInvalidHandle);
  finishEvent((VEvent*)e);
  events.erase((void*)e);
  delete (VEvent*)e;
  return hipSuccess;
}
EX E hipEventRecord(hipEvent_t e, hipStream_t s) {
  FAULT;
  LOCK;
  if (!events.count((void*)e) || !okStream(s)) return ret(hipErrorInvalidHandle);
  VEvent* v = (VEvent*)e;
  v->rec = true;
  v->s = key(s);
  v->seq = submit(s, [v] {
    v->t = timing::chip() ? timing::device_nanoseconds() : vg_now_ns();
  });
  return hipSuccess;
}
EX E hipEventSynchronize(hipEvent_t e) {
  FAULT;
  vg_count_synchronisation();
  LOCK;
  if (!events.count((void*)e)) return ret(hipErrorInvalidHandle);
  finishEvent((VEvent*)e);
  return hipSuccess;
}
EX E hipEventQuery(hipEvent_t e) {
  FAULT;
  LOCK;
  if (!events.count((void*)e)) return ret(hipErrorInvalidHandle);
  finishEvent((VEvent*)e);
  return hipSuccess;
}
EX E hipEventElapsedTime(float* ms, hipEvent_t a, hipEvent_t b) {
  FAULT;
  LOCK;
  if (!ms) return ret(hipErrorInvalidValue);
  if (!events.count((void*)a) || !events.count((void*)b)) return ret(hipErrorInvalidHandle);
  VEvent *x = (VEvent*)a, *y = (VEvent*)b;
  if (!x->rec || !y->rec || ((x->flags | y->flags) & hipEventDisableTiming)) return ret(hipErrorInvalidHandle);
  finishEvent(x);
  finishEvent(y);
  *ms = (float)((double)((int64_t)(y->t - x->t)) / 1e6);
  return hipSuccess;
}
