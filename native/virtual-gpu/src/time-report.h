// The modelled device's clock, and what tells of it: events, a log of launches, functions for tests.
#pragma once
#include "time-chip.h"
#include "time-combine.h"
#include <algorithm>
#include <cstdint>
#include <string>

namespace timing {
void report(const std::string& kernel, const Totals&); // a launch: the clock goes on
void transfer(uint64_t bytes);                         // a fill or a copy on the device, bytes read and written
uint64_t device_nanoseconds();
// of a launch before its kernel's start stamp
inline double launch_lead_nanoseconds() { return 1000 * std::max(0.0, queued_launch() - EMPTY_KERNEL); }
void write_profile();                                                             // VGPU_PROFILE=1
} // namespace timing
