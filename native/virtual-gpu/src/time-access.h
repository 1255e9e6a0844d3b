// What one vector memory or LDS instruction asks for: cycles of the address unit, lines, bank conflicts.
#pragma once
#include "isa.h"
#include "time-addresses.h"

namespace timing {
struct VectorAccess {
  double cycles = 0; // of the address unit and L1, which look up one line a cycle
  uint32_t count = 0;
  uint64_t lines[256]; // as each quarter of 16 lanes asks for them, without repetition inside a quarter
  bool in_lds = false; // flat addresses in the LDS aperture; cycles are then those of the LDS
};

// scratch: device address of the wave's private memory
void flat_access(Wave&, const Op&, Translation&, uint64_t scratch, VectorAccess&);
void buffer_access(Wave&, const Op&, Translation&, uint64_t scratch, VectorAccess&);
double lds_cycles(Wave&, const Op&);
} // namespace timing
