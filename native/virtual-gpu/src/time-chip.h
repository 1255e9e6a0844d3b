// The chip that VGPU_TIME names.
#pragma once
#include "time-constants.h"

namespace timing {
const Chip* chip(); // null without VGPU_TIME: then nothing is modelled
bool sample_only(); // VGPU_TIME_SAMPLE=1: only the sampled work-groups are executed, results mean nothing
} // namespace timing
