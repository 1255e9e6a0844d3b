// Caches with least recently used replacement; L1 writes through without allocating, L2 writes back by lines.
#include "time-caches.h"
#include <algorithm>
#include <cmath>

namespace timing {
Tags::Tags(uint32_t bytes, int w) : ways(w), sets(bytes / LINE / w) { entries.resize((size_t)ways * sets); }

bool Tags::touch(uint64_t line, bool write, bool allocate) {
  Entry* set = &entries[(line % sets) * ways];
  Entry* victim = set;
  newly_dirty = false;
  clock++;
  for (int i = 0; i < ways; i++) {
    if (set[i].line == line) {
      newly_dirty = write && !set[i].dirty;
      set[i].dirty |= write;
      set[i].used = clock;
      set[i].again = true;
      last = set + i;
      return true;
    }
    if (set[i].used < victim->used) victim = set + i;
  }
  newly_dirty = write;
  if (allocate) {
    *victim = Entry();
    victim->line = line;
    victim->used = clock;
    victim->dirty = write;
    last = victim;
  }
  return false;
}

void Tags::note(uint32_t window, int half, uint64_t& lines, uint64_t& of_halves) {
  if (last->window != window) {
    last->window = window;
    last->halves = 0;
    lines++;
  }
  if (last->halves >> half & 1) return;
  last->halves |= 1 << half;
  of_halves++;
}

void Tags::age(uint64_t bytes) {
  uint64_t lines = std::min<uint64_t>(ways, bytes / ((uint64_t)LINE * sets));
  for (int s = 0; s < sets; s++) {
    Entry* set = &entries[(size_t)s * ways];
    for (uint64_t n = 0; n < lines; n++) {
      Entry* oldest = nullptr;
      for (int i = 0; i < ways; i++)
        if (set[i].line != ~0ull && !set[i].again && (!oldest || set[i].used < oldest->used)) oldest = set + i;
      if (!oldest) break;
      *oldest = Entry();
    }
    for (int i = 0; i < ways; i++) set[i].again = false;
  }
}

SharedMemory::SharedMemory(const Chip& chip) : l2(chip.l2Bytes, L2_WAYS), channels(chip.channels) {}

void SharedMemory::request(uint64_t line) {
  requests++;
  pending++;
  channels[line * LINE / INTERLEAVE % channels.size()]++;
}

Level SharedMemory::read(uint64_t line) {
  request(line);
  bool there = l2.touch(line, false);
  l2.note(window, half, lines, of_halves);
  if (there) return IN_L2;
  dram_lines++;
  return IN_DRAM;
}

void SharedMemory::write(uint64_t line) {
  request(line);
  l2.touch(line, true);
  l2.note(window, half, lines, of_halves);
  dram_lines += l2.dirtied(); // it goes back to DRAM once, now or later
}

// A slice is at least so long that chance alone does not make one channel busy.
void SharedMemory::end_slice() {
  if (pending >= 64 * channels.size()) end_of_slice();
}

void SharedMemory::end_window() {
  end_of_slice();
  window++;
  window_lines = lines;
  window_of_halves = of_halves;
  lines = of_halves = 0;
}

double SharedMemory::growth() const {
  if (!window_lines) return 1;
  return std::max(0.0, std::min(1.0, std::log2(2.0 * window_lines / window_of_halves)));
}

void SharedMemory::end_of_slice() {
  busiest += (double)*std::max_element(channels.begin(), channels.end()) * channels.size();
  std::fill(channels.begin(), channels.end(), 0);
  pending = 0;
}
} // namespace timing
