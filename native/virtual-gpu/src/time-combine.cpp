// Resource sums of a compute unit and of the chip under a p-norm: what binds counts most, what nearly binds delays it.
#include "time-combine.h"
#include <algorithm>
#include <cmath>
#include <iterator>

namespace timing {
static double norm(std::initializer_list<double> x, double p) {
  double most = *std::max_element(x.begin(), x.end()), sum = 0;
  if (most <= 0) return 0;
  for (double v : x) sum += std::pow(v / most, p);
  return most * std::pow(sum, 1 / p);
}

Terms combine(const Totals& t, const Chip& chip, const Combination& c) {
  double rounds = std::ceil(t.groups / chip.computeUnits), together = std::min(rounds, t.resident);
  double per_group = 1 / t.groups, microseconds = 1 / (1000 * chip.gigahertz), unit = rounds * per_group * microseconds;
  double idle_simds = std::max(1.0, SIMDS / (t.waves * together));
  double l2_lines = t.l1_misses + t.written_lines + t.atomic_lines;
  Terms r;
  r.valu = unit * std::max(t.valu / c.valu * idle_simds, t.scalar) / SIMDS;
  r.lds = unit * t.lds;
  r.address = unit * t.address;
  r.l2_port = unit * l2_lines;
  r.latency = rounds * microseconds * (t.own - t.waited * (1 - c.latency)) / together;
  r.l2 = t.l2_requests * std::pow(t.camping, c.camping) / chip.channels * microseconds;
  r.dram = t.dram_lines * LINE / (1000 * chip.gigabytes * chip.dramEfficiency * c.dram);
  r.dispatch = t.groups * std::max(DISPATCH_WAVES, t.waves) * microseconds;
  r.code = chip.prefetchesCode ? 0 : c.code * std::max(0.0, t.code_lines - 2);
  double units = norm({r.valu, r.lds, r.address, r.l2_port, r.latency}, c.norm);
  r.body = norm({units, r.l2, r.dram, r.dispatch}, c.norm) + r.code;
  const std::pair<double, const char*> named[] = {{r.valu, "valu"},       {r.lds, "lds"}, {r.address, "address"}, {r.l2_port, "l1-l2"},
                                                  {r.latency, "latency"}, {r.l2, "l2"},   {r.dram, "dram"},       {r.dispatch, "dispatch"}};
  r.binding = std::max_element(std::begin(named), std::end(named), [](auto& x, auto& y) {
                return x.first < y.first;
              })->second;
  return r;
}
} // namespace timing
