// Tags of the caches, DRAM traffic, and how requests spread over the channels of L2.
#pragma once
#include "time-chip.h"
#include <vector>

namespace timing {
enum Level : uint8_t { IN_L1, IN_L2, IN_DRAM };

// Sets of lines in order of use.
class Tags {
public:
  Tags(uint32_t bytes, int ways);
  bool touch(uint64_t line, bool write, bool allocate = true); // true: was there
  bool dirtied() const { return newly_dirty; }                 // the last touch made a clean or absent line dirty
  void age(uint64_t bytes);                                    // as if so much had streamed through; lines that were used again stay

  // Which half of a window's work-groups asked for the line the last time touched, in this window.
  void note(uint32_t window, int half, uint64_t& lines, uint64_t& of_halves);

private:
  struct Entry {
    uint64_t line = ~0ull;
    uint32_t used = 0, window = 0;
    bool dirty = false, again = false;
    uint8_t halves = 0;
  };
  std::vector<Entry> entries;
  Entry* last = nullptr;
  int ways, sets;
  uint32_t clock = 0;
  bool newly_dirty = false;
};

// L2 and what is behind it.
class SharedMemory {
public:
  explicit SharedMemory(const Chip& chip);
  Level read(uint64_t line);
  void write(uint64_t line); // stores and atomics
  void end_slice();          // requests so far were made at about the same time
  void end_window();
  void of_half(int h) { half = h; }            // whose requests follow: of the first or the second half of the window's work-groups
  double growth() const;                       // lines of all of a window's work-groups grow with this power of their number, at most 1
  void skip(uint64_t bytes) { l2.age(bytes); } // traffic of work-groups that were not counted

  uint64_t requests = 0, dram_lines = 0;
  double busiest = 0; // requests times (busiest channel over the mean), summed over slices

private:
  void request(uint64_t line);
  void end_of_slice();
  Tags l2;
  std::vector<uint32_t> channels;
  uint32_t pending = 0, window = 1;
  int half = 0;
  uint64_t lines = 0, of_halves = 0, window_lines = 0, window_of_halves = 0;
};

// A compute unit's own caches.
struct UnitCaches {
  Tags vector{L1_BYTES, L1_WAYS}, scalar{L1_BYTES, L1_WAYS};
};
} // namespace timing
