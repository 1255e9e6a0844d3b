// The counting twin of vg_run: the same instructions, with what each occupies and when it is done.
#include "time-wave.h"
#include "operands.h"
#include <algorithm>

namespace timing {
static double latency(const Chip& chip, Level level) {
  return level == IN_L1 ? L1_LATENCY : level == IN_L2 ? L1_LATENCY + L2_LATENCY : DRAM_LATENCY_NANOSECONDS * chip.gigahertz;
}

static void vector_memory(Wave& w, const Op& o, WaveClock& clock, LaunchModel& model, UnitCaches& unit) {
  VectorAccess a;
  if (o.cost.unit == FLAT)
    flat_access(w, o, clock.translate, clock.scratch, a);
  else
    buffer_access(w, o, clock.translate, clock.scratch, a);
  Counts& n = model.counts;
  clock.now += CYCLES_SCALAR;
  if (a.in_lds) {
    n.lds += a.cycles;
    clock.lds_free = std::max(clock.now, clock.lds_free) + a.cycles;
    double done = clock.lds_free + LDS_LATENCY;
    clock.hold(clock.vector.push(done));
    clock.hold(clock.local.push(done));
    return;
  }
  n.address += a.cycles;
  Level farthest = IN_L1;
  if (o.cost.access & (WRITE | ATOMIC)) {
    farthest = IN_L2;
    for (uint32_t i = 0; i < a.count; i++) model.memory->write(a.lines[i]);
    (o.cost.access & ATOMIC ? n.atomic_lines : n.written_lines) += a.count;
  } else
    for (uint32_t i = 0; i < a.count; i++) {
      n.l1_lines++;
      if (unit.vector.touch(a.lines[i], false)) continue;
      n.l1_misses++;
      farthest = std::max(farthest, model.memory->read(a.lines[i]));
    }
  clock.address_free = std::max(clock.now, clock.address_free) + a.cycles;
  double done = clock.address_free + latency(*model.chip, farthest);
  clock.hold(clock.vector.push(done));
  if (o.cost.unit == FLAT) clock.hold(clock.local.push(done));
}

static void scalar_load(Wave& w, const Op& o, WaveClock& clock, LaunchModel& model, UnitCaches& unit) {
  model.counts.scalar += o.cost.cycles;
  clock.now += o.cost.cycles;
  Level level = IN_L1;
  if (o.s[0].kind == K_S && o.d.kind == K_S) {
    uint64_t base = rs64(w, o.s[0]) & 0xffffffffffffull, offset = o.s[1].kind == K_IMM ? o.s[1].imm & 0x1fffff : rs(w, o.s[1]);
    uint64_t line = clock.translate(base + offset) / LINE;
    if (!unit.scalar.touch(line, false)) level = model.memory->read(line);
  }
  clock.hold(clock.local.push(clock.now + latency(*model.chip, level)));
}

// True if the wave waits for vector memory here.
static bool wait(const Op& o, WaveClock& clock) {
  uint32_t counters = o.w0 & 0xffff;
  int vector = counters & 15, local = counters >> 8 & 15;
  if (local < 15) clock.hold(clock.local.wait_for(local));
  if (vector < 15) clock.hold(clock.vector.wait_for(vector));
  return vector < 15;
}

void step(Wave& w, WaveClock& clock, LaunchModel& model, UnitCaches& unit) {
  Op** code = w.co->code.data();
  Counts& n = model.counts;
  uint64_t instructions = 0, slots = 0;
  double valu = 0, scalar = 0;
  uint32_t line = ~0u;
  while (w.st == ST_RUN) {
    Op* o = code[w.pc];
    if (__builtin_expect(!o, 0)) o = vg_decode(w.co, w.pc);
    if (w.pc / (LINE / 4) != line) {
      line = w.pc / (LINE / 4);
      if (line >= model.code.size()) model.code.resize(line + 1);
      model.code[line] = true;
    }
    uint32_t next = w.pc + o->size;
    bool waits = false;
    switch (o->cost.unit) {
    case VALU:
      valu += o->cost.cycles;
      clock.now += o->cost.cycles;
      break;
    case SALU:
    case BRANCH:
      scalar += o->cost.cycles;
      clock.now += o->cost.cycles;
      break;
    case SCALAR_LOAD: scalar_load(w, *o, clock, model, unit); break;
    case LDS: {
      double cycles = lds_cycles(w, *o);
      n.lds += cycles;
      clock.now += CYCLES_SCALAR;
      clock.lds_free = std::max(clock.now, clock.lds_free) + cycles;
      clock.hold(clock.local.push(clock.lds_free + LDS_LATENCY));
      break;
    }
    case BUFFER:
    case FLAT: vector_memory(w, *o, clock, model, unit); break;
    case WAIT:
      waits = wait(*o, clock);
      clock.now += CYCLES_SCALAR;
      break;
    case FREE: clock.now += CYCLES_SCALAR; break;
    }
    w.pc = next;
    instructions++;
    slots += o->valu;
    if (__builtin_expect(w.gidx, 0))
      vg_indexed(w, *o);
    else
      o->fn(w, *o);
    if (o->cost.unit == BRANCH && w.pc != next) {
      scalar += CYCLES_TAKEN_BRANCH - CYCLES_SCALAR;
      clock.now += CYCLES_TAKEN_BRANCH - CYCLES_SCALAR;
    }
    if (waits) break;
  }
  n.valu += valu;
  n.scalar += scalar;
  n.instructions += instructions;
  w.ninst += instructions;
  w.nvalu += slots;
}
} // namespace timing
