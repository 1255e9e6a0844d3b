// One device clock for all streams: launches follow each other.
#include "time-report.h"
#include "time-chip.h"
#include "time-rocblas.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>
#define EX extern "C" __attribute__((visibility("default")))

namespace timing {
static std::mutex guard;
static double clock_microseconds = 0, kernels_microseconds = 0;
static uint64_t launches = 0;
static FILE* launch_log = nullptr;
struct Row {
  uint64_t launches = 0;
  double body = 0;
  std::map<std::string, double> binding;
};
static std::map<std::string, Row> rows;

static void open_log(const char* path) {
  if (launch_log) fclose(launch_log);
  launch_log = path && *path ? fopen(path, "w") : nullptr;
  if (!launch_log) return;
  fprintf(launch_log, "kernel\tbody_us\tbinding\tvalu_us\tlds_us\taddress_us\tl2_port_us\tlatency_us\tl2_us\tdram_us\tdispatch_us\t"
                      "code_us\t"
                      "groups\twaves\tresident\tcounted\tinstructions\tvalu\tscalar\tlds\taddress\tl1_lines\tl1_misses\twritten_lines\t"
                      "atomic_lines\tl2_requests\tdram_lines\tcamping\town\twaited\tcode_lines\n");
}

static void write_launch(const std::string& kernel, const Totals& t, const Terms& r) {
  fprintf(launch_log, "%s\t%.3f\t%s", kernel.c_str(), r.body, r.binding);
  for (double v :
       {r.valu,          r.lds,          r.address,     r.l2_port,      r.latency, r.l2,     r.dram,   r.dispatch,  r.code,     t.groups,
        t.waves,         t.resident,     t.counted,     t.instructions, t.valu,    t.scalar, t.lds,    t.address,   t.l1_lines, t.l1_misses,
        t.written_lines, t.atomic_lines, t.l2_requests, t.dram_lines,   t.camping, t.own,    t.waited, t.code_lines})
    fprintf(launch_log, "\t%.6g", v);
  fprintf(launch_log, "\n");
  fflush(launch_log);
}

void report(const std::string& kernel, const Totals& totals) {
  Terms terms = combine(totals, *chip(), COMBINATION);
  std::lock_guard<std::mutex> lock(guard);
  static bool first = true;
  if (first && getenv("VGPU_TIME_LOG")) open_log(getenv("VGPU_TIME_LOG"));
  first = false;
  clock_microseconds += queued_launch() + terms.body;
  kernels_microseconds += terms.body;
  launches++;
  Row& row = rows[kernel];
  row.launches++;
  row.body += terms.body;
  row.binding[terms.binding] += terms.body;
  if (launch_log) write_launch(kernel, totals, terms);
}

void transfer(uint64_t bytes) {
  if (!chip()) return;
  std::lock_guard<std::mutex> lock(guard);
  clock_microseconds += queued_launch() + bytes / (1000 * chip()->gigabytes * chip()->dramEfficiency);
}

uint64_t device_nanoseconds() {
  std::lock_guard<std::mutex> lock(guard);
  return (uint64_t)(clock_microseconds * 1000);
}

void write_profile() {
  if (!chip()) return;
  std::lock_guard<std::mutex> lock(guard);
  std::vector<std::pair<std::string, Row>> sorted(rows.begin(), rows.end());
  std::sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) {
    return a.second.body > b.second.body;
  });
  fprintf(stderr, "vgpu: modelled on %s, without the launches themselves\nvgpu: launches  modelled us  binding    kernel\n", chip()->name);
  for (auto& [name, row] : sorted) {
    auto most = std::max_element(row.binding.begin(), row.binding.end(), [](auto& a, auto& b) {
      return a.second < b.second;
    });
    fprintf(stderr, "vgpu: %8llu %12.1f  %-9s  %.60s\n", (unsigned long long)row.launches, row.body, most->first.c_str(), name.c_str());
  }
  fprintf(stderr, "vgpu: %8llu %12.1f  in all\n", (unsigned long long)launches, kernels_microseconds);
}
} // namespace timing

// Modelled microseconds of all kernels so far, without the launches themselves, and the number of launches.
EX double vgpu_modelled_microseconds(uint64_t* launches) {
  std::lock_guard<std::mutex> lock(timing::guard);
  if (launches) *launches = timing::launches;
  return timing::kernels_microseconds;
}

// From now on one line per launch in the file: terms and counts. An empty path ends it.
EX void vgpu_time_log(const char* path) {
  std::lock_guard<std::mutex> lock(timing::guard);
  timing::open_log(path);
}

// Before the first launch: rocBLAS's kernels for gfx803 as they were when their times were measured (time-rocblas.cpp).
EX void vgpu_time_measured_rocblas() { timing::use_measured_rocblas(); }

// What a launch that the host waits for costs beside its kernel, and each that follows it before the host waits.
EX void vgpu_host_launch_microseconds(double* synchronous, double* following) {
  *synchronous = timing::COMBINATION.synchronous;
  *following = timing::COMBINATION.following;
}
