// The sample: neighbouring work-groups in windows that a chip would hold at once, at the start, in the middle and at the end.
// One thread executes it before the others run the rest, so that the result does not depend on threads.
#include "time-launch.h"
#include "time-addresses.h"
#include "time-chip.h"
#include "time-report.h"
#include "time-rocblas.h"
#include "time-wave.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <immintrin.h>
#include <map>

namespace timing {
static constexpr uint64_t SCRATCH_BASE = 1ull << 45;

// Work-groups that fit on a compute unit.
static double occupancy(const Kernel& k, double waves, uint32_t lds) {
  int vector = ((k.rsrc1 & 63) + 1) * 4, scalar = (((k.rsrc1 >> 6 & 15) + 1) * 8 + 15) / 16 * 16;
  int per_simd = std::min({WAVES_PER_SIMD, VECTOR_REGISTERS / vector, SCALAR_REGISTERS / scalar});
  double groups = std::floor(SIMDS * per_simd / waves);
  if (lds) groups = std::min(groups, std::floor(LDS_BYTES / (double)((lds + LDS_GRANULE - 1) / LDS_GRANULE * LDS_GRANULE)));
  return std::max(1.0, std::min<double>(groups, waves > 1 ? BARRIER_GROUPS : GROUPS_PER_UNIT));
}

struct Window {
  uint64_t begin, end;
  double represents; // groups
};

// What launches were found to take, by signature.
static std::map<std::string, Totals>& known_launches() {
  static std::map<std::string, Totals> known;
  return known;
}

static SharedMemory& shared_memory() { // L2 keeps its lines from launch to launch
  static SharedMemory memory(*chip());
  return memory;
}

struct ResidentGroup {
  Arena arena;
  std::vector<WaveClock> clocks;
  uint32_t waves = 0;
  uint64_t id = 0;
  bool live = false;

  void meet() { // all waves go on from the barrier together
    auto last = std::max_element(clocks.begin(), clocks.end(), [](auto& a, auto& b) {
      return a.now < b.now;
    });
    double now = last->now + BARRIER, waited = last->waited;
    for (auto& c : clocks) {
      c.now = now;
      c.waited = waited;
    }
  }
};

// Executes one window and returns the groups' own cycles and waits, summed.
static std::pair<double, double> run(Job& job, const Window& window, LaunchModel& model) {
  static std::vector<std::unique_ptr<ResidentGroup>> pool;
  std::vector<ResidentGroup*> groups;
  for (uint64_t g = window.begin; g < window.end; g++) {
    if (job.is_executed(g)) continue;
    if (pool.size() == groups.size()) pool.push_back(std::make_unique<ResidentGroup>());
    ResidentGroup* r = pool[groups.size()].get();
    r->waves = vg_start_group(job, r->arena, g);
    r->clocks.assign(r->waves, WaveClock());
    r->id = g;
    r->live = true;
    for (uint32_t i = 0; i < r->waves; i++)
      r->clocks[i].scratch = SCRATCH_BASE + (groups.size() * r->waves + i) * r->arena.w[i]->scratchSize;
    groups.push_back(r);
  }
  for (auto& unit : model.units) unit = UnitCaches();
  double own = 0, waited = 0;
  for (size_t live = groups.size(); live;) {
    for (size_t slot = 0; slot < groups.size(); slot++) {
      ResidentGroup* r = groups[slot];
      if (!r->live) continue;
      model.memory->of_half(slot >= groups.size() / 2);
      bool running = false, barrier = false;
      for (uint32_t i = 0; i < r->waves; i++) {
        Wave& w = *r->arena.w[i];
        if (w.st == ST_RUN) {
          vg_set_mxcsr(w.mode);
          step(w, r->clocks[i], model, model.units[r->id % model.units.size()]);
        }
        running |= w.st == ST_RUN;
        barrier |= w.st == ST_BAR;
      }
      if (barrier && !running) r->meet();
      if (vg_next_interval(r->arena, r->waves)) continue;
      r->live = false;
      live--;
      auto last = std::max_element(r->clocks.begin(), r->clocks.end(), [](auto& a, auto& b) {
        return a.now < b.now;
      });
      own += last->now;
      waited += last->waited;
      vg_finish_group(job, r->arena, r->waves);
    }
    model.memory->end_slice();
  }
  model.memory->end_window();
  job.executed.push_back({window.begin, window.end});
  return {own, waited};
}

// One group ahead, not counted, tells how many can be.
static double instructions_per_group(Job& job) {
  static Arena arena;
  uint64_t g = job.total / 2;
  vg_run_group(job, arena, g);
  job.executed.push_back({g, g + 1});
  return std::max<double>(1, job.inst);
}

static std::vector<Window> sample(Job& job, uint64_t together) {
  constexpr uint64_t FEW = 64;
  uint64_t total = job.total, affordable = total <= FEW ? total : (uint64_t)(SAMPLE_INSTRUCTIONS / instructions_per_group(job));
  std::vector<Window> windows;
  if (total <= affordable && total <= 3 * together) {
    for (uint64_t g = 0; g < total; g += together) {
      uint64_t end = std::min(total, g + together);
      windows.push_back({g, end, (double)(end - g)});
    }
    return windows;
  }
  auto length = [&](uint64_t part) {
    return std::min({std::max<uint64_t>(part, SMALLEST_WINDOW), together, total / 4});
  };
  uint64_t edge = length(affordable / 4), inner = length(affordable / 2), middle = (total - inner) / 2;
  windows.push_back({0, edge, (double)edge});
  windows.push_back({middle, middle + inner, (double)(total - 2 * edge)});
  windows.push_back({total - edge, total, (double)edge});
  return windows;
}

static Totals count(Job& job) {
  const Chip& card = *chip();
  SharedMemory& memory = shared_memory();
  Totals t;
  t.groups = (double)job.total;
  t.waves = std::ceil((double)job.block.x * job.block.y * job.block.z / 64);
  t.resident = occupancy(*job.k, t.waves, job.lds);
  LaunchModel model{&card, &memory, std::vector<UnitCaches>(card.computeUnits), {}, {}};
  double busiest = 0, lines_before = (double)memory.dram_lines, together = std::min(t.groups, card.computeUnits * t.resident);
  uint64_t before = 0;
  for (auto& window : sample(job, (uint64_t)(card.computeUnits * t.resident))) {
    double executed = (double)(window.end - window.begin);
    for (auto& e : job.executed) executed -= e.second - e.first == 1 && e.first >= window.begin && e.first < window.end;
    if (executed <= 0) continue;
    double per_group = (memory.dram_lines - lines_before) / std::max(1.0, t.counted) * LINE;
    if (window.begin > before) memory.skip((uint64_t)(per_group * (window.begin - before)));
    before = window.end;
    double requests = (double)memory.requests, dram = (double)memory.dram_lines, busy = memory.busiest;
    double scale = window.represents / executed;
    model.counts = Counts();
    auto own = run(job, window, model);
    const Counts& n = model.counts;
    t.counted += executed;
    t.instructions += n.instructions * scale;
    t.valu += n.valu * scale;
    t.scalar += n.scalar * scale;
    t.lds += n.lds * scale;
    t.address += n.address * scale;
    t.l1_lines += n.l1_lines * scale;
    t.l1_misses += n.l1_misses * scale;
    t.written_lines += n.written_lines * scale;
    t.atomic_lines += n.atomic_lines * scale;
    t.l2_requests += (memory.requests - requests) * scale;
    // A window that is smaller than what runs together does not show all that its work-groups share.
    double shared = executed < together ? std::pow(together / executed, memory.growth() - 1) : 1;
    t.dram_lines += (memory.dram_lines - dram) * scale * (window.represents > executed ? shared : 1);
    busiest += (memory.busiest - busy) * scale;
    t.own += own.first * scale / t.groups;
    t.waited += own.second * scale / t.groups;
  }
  if (t.l2_requests > 0) t.camping = busiest / t.l2_requests;
  t.code_lines = (double)std::count(model.code.begin(), model.code.end(), true);
  return t;
}

// What tells one launch from another but for where its memory lies: kernel, grid, and the arguments without addresses.
static std::string signature(const Job& job) {
  std::string s = job.k->name;
  s.append((const char*)&job.k, sizeof job.k).append((const char*)&job.grid, sizeof job.grid).append((const char*)&job.block, sizeof job.block);
  s.append((const char*)&job.lds, sizeof job.lds);
  for (uint64_t at = 0; at < job.k->kernarg; at += 8) {
    uint64_t word = 0;
    memcpy(&word, (const char*)job.karg + at, std::min<uint64_t>(8, job.k->kernarg - at));
    if (is_mapped(word)) word = ~0ull;
    s.append((const char*)&word, 8);
  }
  return s;
}

void model(Job& job) {
  auto& known = known_launches();
  std::string key = once() ? signature(job) : "";
  if (auto before = known.find(key); once() && before != known.end()) {
    report(job.k->name, before->second);
    return;
  }
  restore_measured(*job.k);
  uint32_t csr = _mm_getcsr();
  Totals totals = count(job);
  _mm_setcsr(csr);
  if (once()) known[key] = totals;
  report(job.k->name, totals);
}
} // namespace timing

// L2 is empty from now on, and every launch is counted anew: what follows does not depend on what ran before. Call it while nothing runs.
extern "C" __attribute__((visibility("default"))) void vgpu_time_forget() {
  if (!timing::chip()) return;
  timing::shared_memory() = timing::SharedMemory(*timing::chip());
  timing::known_launches().clear();
}
