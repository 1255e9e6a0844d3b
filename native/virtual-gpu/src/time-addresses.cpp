// First fit in pages of 4 KiB, as a driver gives device addresses.
#include "time-addresses.h"
#include "time-chip.h"
#include <map>
#include <mutex>

namespace timing {
static constexpr uint64_t PAGE = 4096, CODE = 1ull << 44, UNKNOWN = 1ull << 46;
struct Range {
  uint64_t bytes, device;
};
static std::mutex guard;
static std::map<uint64_t, Range> by_host;        // host address -> range
static std::map<uint64_t, uint64_t> used_device; // device address -> bytes in pages

static void map_from(uint64_t first, const void* host, uint64_t bytes) {
  if (!chip()) return;
  std::lock_guard<std::mutex> lock(guard);
  uint64_t pages = (bytes + PAGE - 1) / PAGE * PAGE, at = first;
  for (auto u = used_device.lower_bound(first); u != used_device.end(); ++u) {
    if (u->first - at >= pages) break;
    at = u->first + u->second;
  }
  used_device[at] = pages;
  by_host[(uint64_t)host] = {bytes, at};
}

void map(const void* host, uint64_t bytes) { map_from(PAGE, host, bytes); }

void map_code(const void* host, uint64_t bytes) { map_from(CODE, host, bytes); }

void unmap(const void* host) {
  if (!chip()) return;
  std::lock_guard<std::mutex> lock(guard);
  auto range = by_host.find((uint64_t)host);
  if (range == by_host.end()) return;
  used_device.erase(range->second.device);
  by_host.erase(range);
}

bool is_mapped(uint64_t host) { return mapping(host).device != UNKNOWN; }

Mapping mapping(uint64_t host) {
  std::lock_guard<std::mutex> lock(guard);
  auto next = by_host.upper_bound(host);
  if (next != by_host.begin()) {
    auto& range = *--next;
    if (host < range.first + range.second.bytes) return {range.first, range.first + range.second.bytes, range.second.device};
  }
  return {host, host + 1, UNKNOWN};
}
} // namespace timing
