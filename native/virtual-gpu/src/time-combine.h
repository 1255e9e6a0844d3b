// From what a launch occupies to how long it takes.
#pragma once
#include "time-constants.h"

namespace timing {
// Of a whole launch, scaled from the work-groups that were counted. Cycles are those of Counts.
struct Totals {
  double groups = 0, waves = 0, resident = 0, counted = 0; // waves of a group, groups that fit on a unit, groups counted
  double instructions = 0, valu = 0, scalar = 0, lds = 0, address = 0;
  double l1_lines = 0, l1_misses = 0, written_lines = 0, atomic_lines = 0, l2_requests = 0, dram_lines = 0;
  double camping = 1;         // busiest channel over the mean, while requests are made at about the same time
  double own = 0, waited = 0; // cycles of a group that is alone, and how many of them it waits for memory
  double code_lines = 0;
};

// Microseconds each resource is busy at least, and what comes out; the fixed time of a launch is apart.
struct Terms {
  double valu, lds, address, l2_port, latency, l2, dram, dispatch, code, body;
  const char* binding;
};

Terms combine(const Totals&, const Chip&, const Combination&);
} // namespace timing
