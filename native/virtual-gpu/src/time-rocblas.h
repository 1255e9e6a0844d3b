// rocBLAS's kernels for gfx803 as they were when their times were measured (2018), out of those that today's generator makes of the
// same parameters.
#pragma once
#include "isa.h"

namespace timing {
void use_measured_rocblas();      // for the tables of measured products
void restore_measured(Kernel& k); // does nothing to other kernels, or without the above
} // namespace timing
