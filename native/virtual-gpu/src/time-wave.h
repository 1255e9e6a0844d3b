// One wave's clock, and the interpreter loop that counts.
#pragma once
#include "time-access.h"
#include "time-caches.h"
#include "isa.h"

namespace timing {
// Sums over the counted waves. Cycles of: the SIMDs, the scalar unit, the LDS, the address units.
struct Counts {
  double instructions = 0, valu = 0, scalar = 0, lds = 0, address = 0, l1_lines = 0, l1_misses = 0, written_lines = 0, atomic_lines = 0;
};

// Operations that have not returned, oldest first.
class Outstanding {
public:
  double wait_for(int left) { // when no more than `left` are under way
    double until = 0;
    while (count > left) {
      until = done[head];
      head = (head + 1) % SLOTS;
      count--;
    }
    return until;
  }
  double push(double when) { // returns the time until which a full counter holds the wave
    double until = count >= OUTSTANDING ? wait_for(OUTSTANDING - 1) : 0;
    int last = (head + count - 1 + SLOTS) % SLOTS;
    if (count && done[last] > when) when = done[last];
    done[(head + count++) % SLOTS] = when;
    return until;
  }

private:
  static constexpr int SLOTS = 16;
  double done[SLOTS] = {};
  int head = 0, count = 0;
};

struct WaveClock {
  double now = 0, waited = 0; // cycles since the start of the group, and how many of them for memory
  double address_free = 0, lds_free = 0;
  Outstanding vector, local;
  Translation translate;
  uint64_t scratch = 0; // device address of private memory
  void hold(double until) {
    if (until <= now) return;
    waited += until - now;
    now = until;
  }
};

// What the waves of one launch share in the model.
struct LaunchModel {
  const Chip* chip;
  SharedMemory* memory;
  std::vector<UnitCaches> units;
  std::vector<bool> code; // lines of code that have run
  Counts counts;
};

// Runs the wave to its next wait for vector memory, barrier or end.
void step(Wave&, WaveClock&, LaunchModel&, UnitCaches&);
} // namespace timing
