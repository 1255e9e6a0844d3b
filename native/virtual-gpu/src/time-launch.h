// Modelling a launch: some of its work-groups are executed here, counted and side by side; the launcher executes the others.
#pragma once
#include "time-combine.h"
#include "work-group.h"

namespace timing {
void model(Job&); // executes the sample (Job::executed) and advances the device's clock
} // namespace timing
