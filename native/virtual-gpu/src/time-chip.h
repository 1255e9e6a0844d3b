// The chip that VGPU_TIME names.
#pragma once
#include "time-constants.h"

namespace timing {
const Chip* chip(); // null without VGPU_TIME: then nothing is modelled
double queued_launch(); // microseconds
bool sample_only(); // VGPU_TIME_SAMPLE=1 or once: only the sampled work-groups are executed, results mean nothing
bool once();        // VGPU_TIME_SAMPLE=once: a launch that was modelled before, but for its addresses, is not modelled again
} // namespace timing
