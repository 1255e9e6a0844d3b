// The modelled device's clock, and what tells of it: events, a log of launches, functions for tests.
#pragma once
#include "time-combine.h"
#include <cstdint>
#include <string>

namespace timing {
void report(const std::string& kernel, const Totals&); // a launch: the clock goes on
void transfer(uint64_t bytes);                         // a fill or a copy on the device, bytes read and written
uint64_t device_nanoseconds();
constexpr double LAUNCH_LEAD_NANOSECONDS = 1000 * (QUEUED_LAUNCH - EMPTY_KERNEL); // of a launch before its kernel's start stamp
void write_profile();                                                             // VGPU_PROFILE=1
} // namespace timing
