// The waves of a work-group on the host: their registers, and running them from barrier to barrier.
#pragma once
#include "isa.h"
#include <atomic>
#include <memory>

struct Arena { // the waves and the LDS of one work-group after another
  std::vector<Wave*> w;
  std::vector<uint32_t> nvAlloc;
  uint8_t* lds = nullptr;
  uint32_t ldsSize = 0;
  std::vector<uint8_t*> scr;
  std::vector<uint64_t> scrSz;
};
struct Job { // a launch
  Kernel* k;
  Dim grid, block, ng;
  uint32_t lds;
  uint64_t karg, packet, queue;
  std::atomic<uint64_t> next{0};
  uint64_t total;
  std::vector<std::pair<uint64_t, uint64_t>> executed; // ranges of work-groups that the time model has executed
  bool is_executed(uint64_t group) const {
    for (auto& range : executed)
      if (group >= range.first && group < range.second) return true;
    return false;
  }
  std::atomic<uint64_t> inst{0}, valu{0}, rd{0}, wr{0};
};

uint32_t vg_start_group(Job&, Arena&, uint64_t group); // returns the number of waves
bool vg_next_interval(Arena&, uint32_t waves);         // releases a barrier that all have reached; false when all have ended
void vg_finish_group(Job&, Arena&, uint32_t waves);    // adds its counts to those of the launch
void vg_run_group(Job&, Arena&, uint64_t group);
