// Device addresses that caches and channels see: given in the order of allocation, so that they do not depend on the host's memory.
#pragma once
#include <cstdint>

namespace timing {
void map(const void* host, uint64_t bytes);      // nothing is recorded without VGPU_TIME
void map_code(const void* host, uint64_t bytes); // apart: where buffers lie does not depend on the code objects that libraries keep loaded
void unmap(const void* host);
bool is_mapped(uint64_t host);

struct Mapping {
  uint64_t begin = 1, end = 0, device = 0; // host addresses [begin, end)
};
Mapping mapping(uint64_t host); // of the range that holds it; a host address in none becomes a page of its own kind

// The translation of one wave's addresses, which mostly stay in a few ranges.
class Translation {
public:
  uint64_t operator()(uint64_t host) {
    for (auto& m : recent)
      if (host >= m.begin && host < m.end) return host - m.begin + m.device;
    Mapping m = mapping(host);
    recent[next++ & 3] = m;
    return host - m.begin + m.device;
  }

private:
  Mapping recent[4];
  unsigned next = 0;
};
} // namespace timing
