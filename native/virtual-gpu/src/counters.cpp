// What tests read and set: counts, injected faults, memory limit, dry mode.
#include "counters.h"
#include "lanes.h"
#include "time-chip.h"
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#define EX extern "C" __attribute__((visibility("default")))

namespace {
struct Fault {
  uint64_t call;
  int error;
};
std::mutex guard;
std::map<std::string, uint64_t> launches, functions, calls;
std::map<std::string, Fault> faults;
std::atomic<bool> faulty{false};
uint64_t live, peak, allocations, total, copies[4], copied[4], synchronisations;
typedef std::lock_guard<std::mutex> Lock;

// VGPU_FAULT=FUNCTION:CALL[:ERROR],...
bool faults_of_environment() {
  const char* text = getenv("VGPU_FAULT");
  for (std::string rest = text ? text : ""; !rest.empty();) {
    size_t comma = rest.find(',');
    char name[128];
    unsigned long long call = 1;
    int error = 999;
    if (sscanf(rest.substr(0, comma).c_str(), "%127[^:]:%llu:%d", name, &call, &error) < 1) {
      fprintf(stderr, "vgpu: VGPU_FAULT=%s is not FUNCTION:CALL[:ERROR],...\n", text);
      exit(2);
    }
    faults[name] = {call, error};
    faulty = true;
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
  }
  return true;
}
} // namespace

bool vg_dry() {
  static const bool dry = getenv("VGPU_DRY") && atoi(getenv("VGPU_DRY"));
  return dry;
}

uint64_t vg_memory() {
  static const uint64_t bytes = []() -> uint64_t {
    const char* text = getenv("VGPU_MEMORY");
    if (!text || !*text) return timing::chip() ? timing::chip()->memoryBytes : 8ull << 30;
    char* end;
    double value = strtod(text, &end);
    uint64_t unit = *end == 'G' ? 1ull << 30 : *end == 'M' ? 1ull << 20 : *end == 0 ? 1 : 0;
    if (value <= 0 || !unit) {
      fprintf(stderr, "vgpu: VGPU_MEMORY=%s is not a number of bytes, or one with M or G\n", text);
      exit(2);
    }
    return (uint64_t)(value * unit);
  }();
  return bytes;
}

int vg_fault(const char* function) {
  static const bool once = faults_of_environment();
  (void)once;
  Lock lock(guard);
  ++functions[function];
  if (!faulty) return 0;
  auto fault = faults.find(function);
  if (fault == faults.end()) return 0;
  return ++calls[function] == fault->second.call ? fault->second.error : 0;
}

void vg_count_allocation(int64_t bytes) {
  Lock lock(guard);
  live += bytes;
  allocations += bytes < 0 ? -1 : 1;
  if (live > peak) peak = live;
}

void vg_count_launch(const char* kernel) {
  Lock lock(guard);
  launches[kernel]++;
  total++;
}

void vg_count_copy(int direction, uint64_t bytes) {
  Lock lock(guard);
  copies[direction & 3]++;
  copied[direction & 3] += bytes;
}

void vg_count_synchronisation() {
  Lock lock(guard);
  synchronisations++;
}

EX uint64_t vgpu_live_bytes() {
  Lock lock(guard);
  return live;
}
EX uint64_t vgpu_peak_bytes() {
  Lock lock(guard);
  return peak;
}
EX uint64_t vgpu_live_allocations() {
  Lock lock(guard);
  return allocations;
}
EX uint64_t vgpu_launches() {
  Lock lock(guard);
  return total;
}
EX uint64_t vgpu_launches_of(const char* kernel) {
  Lock lock(guard);
  auto i = launches.find(kernel);
  return i == launches.end() ? 0 : i->second;
}
EX uint64_t vgpu_copies(int direction) {
  Lock lock(guard);
  return copies[direction & 3];
}
EX uint64_t vgpu_copied_bytes(int direction) {
  Lock lock(guard);
  return copied[direction & 3];
}
EX uint64_t vgpu_synchronisations() {
  Lock lock(guard);
  return synchronisations;
}

// Lanes in a vector of the host, as this library was built.
EX int vgpu_vector_lanes() { return VL; }

static const char* at(const std::map<std::string, uint64_t>& counts, int index, uint64_t* count) {
  for (auto& entry : counts)
    if (index-- == 0) {
      *count = entry.second;
      return entry.first.c_str();
    }
  return nullptr;
}

// The name of the index-th kernel by alphabet and its launches; null beyond the last.
EX const char* vgpu_kernel(int index, uint64_t* count) {
  Lock lock(guard);
  return at(launches, index, count);
}

// The same of the HIP functions that were called.
EX const char* vgpu_function(int index, uint64_t* count) {
  Lock lock(guard);
  return at(functions, index, count);
}

// Counts start again at zero; the peak at what is live. Kernel names stay valid.
EX void vgpu_reset_counters() {
  Lock lock(guard);
  for (auto& kernel : launches) kernel.second = 0;
  for (auto& function : functions) function.second = 0;
  memset(copies, 0, sizeof copies);
  memset(copied, 0, sizeof copied);
  total = synchronisations = 0;
  peak = live;
}

// From now on, the call-th call of the function returns the error (2: out of memory); call 0 takes the fault away.
EX void vgpu_fail(const char* function, uint64_t call, int error) {
  Lock lock(guard);
  calls.erase(function);
  if (call)
    faults[function] = {call, error};
  else
    faults.erase(function);
  faulty = true;
}
