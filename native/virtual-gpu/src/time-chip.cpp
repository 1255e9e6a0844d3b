// The chip that VGPU_TIME names, with what other variables change about it, and the mode that executes only what is counted.
#include "time-chip.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace timing {
// A positive number of the environment, or what stands otherwise.
static double number(const char* variable, double otherwise) {
  const char* text = getenv(variable);
  if (!text || !*text) return otherwise;
  char* end;
  const double value = strtod(text, &end);
  if (!*end && value > 0) return value;
  fprintf(stderr, "vgpu: %s=%s is no positive number\n", variable, text);
  exit(2);
}

static const Chip* chosen() {
  const char* option = getenv("VGPU_TIME");
  if (!option || !*option) return nullptr;
  std::string known;
  for (auto& c : CHIPS) {
    if (!strcmp(option, c.option)) {
      static Chip chip = c;
      chip.gigahertz = number("VGPU_TIME_CLOCK", c.gigahertz);
      chip.dramEfficiency = number("VGPU_TIME_DRAM", c.gigabytes * c.dramEfficiency * COMBINATION.dram) / (c.gigabytes * COMBINATION.dram);
      return &chip;
    }
    known += std::string(known.empty() ? "" : ", ") + c.option;
  }
  fprintf(stderr, "vgpu: VGPU_TIME=%s is none of %s\n", option, known.c_str());
  exit(2);
}

const Chip* chip() {
  static const Chip* const c = chosen();
  return c;
}

double queued_launch() {
  static const double microseconds = number("VGPU_TIME_LAUNCH", QUEUED_LAUNCH);
  return microseconds;
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
  *launch = timing::queued_launch();
  return card->option;
}

// The modelled card's clock in GHz, and the GB/s at which it is expected to stream.
extern "C" __attribute__((visibility("default"))) void vgpu_time_rates(double* gigahertz, double* streaming) {
  const timing::Chip* card = timing::chip();
  *gigahertz = card ? card->gigahertz : 0;
  *streaming = card ? card->gigabytes * card->dramEfficiency * timing::COMBINATION.dram : 0;
}
