// The chip that VGPU_TIME names, and the mode that executes only what is counted.
#include "time-chip.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace timing {
static const Chip* chosen() {
  const char* option = getenv("VGPU_TIME");
  if (!option || !*option) return nullptr;
  std::string known;
  for (auto& c : CHIPS) {
    if (!strcmp(option, c.option)) return &c;
    known += std::string(known.empty() ? "" : ", ") + c.option;
  }
  fprintf(stderr, "vgpu: VGPU_TIME=%s is none of %s\n", option, known.c_str());
  exit(2);
}

const Chip* chip() {
  static const Chip* const c = chosen();
  return c;
}

bool once() {
  static const char* const text = getenv("VGPU_TIME_SAMPLE");
  return chip() && text && !strcmp(text, "once");
}

bool sample_only() {
  static const bool only = [] {
    const char* text = getenv("VGPU_TIME_SAMPLE");
    if (!chip() || !text || !(atoi(text) || once())) return false;
    fprintf(stderr, "vgpu: VGPU_TIME_SAMPLE: only sampled work-groups are executed, what kernels compute means nothing\n");
    return true;
  }();
  return only;
}
} // namespace timing

// The chip's option, or null where nothing is modelled; its memory's nominal GB/s, and microseconds of a launch in a queue.
extern "C" __attribute__((visibility("default"))) const char* vgpu_time_chip(double* gigabytes, double* launch) {
  const timing::Chip* card = timing::chip();
  if (!card) return nullptr;
  *gigabytes = card->gigabytes;
  *launch = timing::QUEUED_LAUNCH;
  return card->option;
}
