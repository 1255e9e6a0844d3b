// Every constant of the time model, each with its source. "sheet" is what is known of GCN3 from published measurements:
//   CLRX   CLRX/CLRX-mirror doc/GcnTimings.md, measured instruction timings
//   perf   sebbbi/perftest, L1 rates of an RX 480 and an R9 Fury
//   GPUOpen  GPUOpen's article on memory addressing, L1 and the address unit
//   MGPU   sarchlab/mgpusim's micro-benchmarks of an R9 Nano (2018, in its history until c78e04df)
//   pal    GPUOpen-Drivers/pal src/core/os/nullDevice/ndDevice.cpp, units and L2 channels of each chip
//   LLVM   llvm lib/Target/AMDGPU, occupancy limits and counter widths
//   clpeak krrishnarraj/clpeak results
//   fit    fitted on the R9 Nano's products (measured/r9nano-sgemm.tsv) by tests/times-fit.cpp; nothing else was fitted
#pragma once
#include <cstdint>

namespace timing {

struct Chip {
  const char* option; // value of VGPU_TIME
  const char* name;   // what the device reports
  int computeUnits;
  double gigahertz;
  int channels;          // of L2, 64 bytes a cycle each (pal)
  double gigabytes;      // DRAM, nominal GB/s
  double dramEfficiency; // reached share of it when streaming
  uint32_t l2Bytes;
  uint64_t memoryBytes;
  int memoryKilohertz, busBits;
  bool prefetchesCode;
};

constexpr Chip CHIPS[] = {
    // clocks: ROC-smi#28 (RX 580), clpeak's RX 570, reference cards; efficiency: clpeak RX 570 86 %, R9 Nano 88.5 %
    {"rx580", "Radeon RX 580 Series (virtual)", 36, 1.340, 8, 256, .86, 2u << 20, 8ull << 30, 2000000, 256, true},
    {"rx570", "Radeon RX 570 Series (virtual)", 32, 1.268, 8, 224, .86, 2u << 20, 4ull << 30, 1750000, 256, true},
    {"rx560", "Radeon RX 560 Series (virtual)", 16, 1.200, 4, 112, .86, 1u << 20, 4ull << 30, 1750000, 128, true},
    {"fiji", "AMD Radeon R9 Nano (virtual)", 64, 1.000, 16, 512, .89, 2u << 20, 4ull << 30, 500000, 4096, false},
    // the card behind MIOpen's find database of gfx803's name, at its clock for short kernels; largest stream there 79 %
    {"vega10", "Radeon Vega 10 (virtual, gfx803 code)", 64, 0.852, 16, 484, .80, 4u << 20, 8ull << 30, 945000, 2048, true},
};

// ---------- issue (sheet 1.2: CLRX, clpeak)
constexpr int SIMDS = 4, CYCLES_FULL_RATE = 4, CYCLES_QUARTER_RATE = 16, CYCLES_DOUBLE_ADD = 32, CYCLES_DOUBLE_MULTIPLY = 64;
constexpr int CYCLES_SCALAR = 4, CYCLES_SCALAR_PAIR = 8, CYCLES_TAKEN_BRANCH = 20;

// ---------- LDS (sheet 1.4: CLRX): cycles of the unit beside those of its banks
constexpr int LDS_BANKS = 32, LDS_WRITE_CYCLES = 2, LDS_COMPARE_CYCLES = 2, LDS_PERMUTE_CYCLES = 2;
constexpr double LDS_LATENCY = 64; // literature

// ---------- address unit and L1 (sheet 1.5: perf, CLRX, GPUOpen): cycles of a wave instruction whose quarters are all active
constexpr double ADDRESS_COALESCED = 4, ADDRESS_PLAIN = 16, ADDRESS_TWO_DWORDS = 17.5, ADDRESS_THREE_SCATTERED = 31.2,
                 ADDRESS_FOUR_SCATTERED = 17.4, ADDRESS_COMPARE = 32;
constexpr int L1_BYTES = 16 << 10, L1_WAYS = 4, L2_WAYS = 16, LINE = 64; // MGPU, Multi2Sim
constexpr int OUTSTANDING = 15;                                          // vmcnt and lgkmcnt of gfx8 (LLVM)
constexpr double L1_LATENCY = 100, L2_LATENCY = 200;                     // cycles (MGPU)
constexpr double DRAM_LATENCY_NANOSECONDS = 380;                         // MGPU
constexpr int INTERLEAVE = 256;                                          // bytes of a channel before the next (pal)

// ---------- occupancy (sheet 1.8: LLVM)
constexpr int WAVES_PER_SIMD = 10, VECTOR_REGISTERS = 256, SCALAR_REGISTERS = 800, LDS_BYTES = 65536, LDS_GRANULE = 512,
              BARRIER_GROUPS = 16, GROUPS_PER_UNIT = 40;

// ---------- launch, microseconds
constexpr double EMPTY_KERNEL = 2.8; // start to end stamps (MGPU)
constexpr double QUEUED_LAUNCH = 5;  // events around launches in a full queue (sheet 1.7)
constexpr double DISPATCH_WAVES = 4; // a work-group occupies the dispatcher max(4, its waves) cycles (MGPU)

// ---------- how the parts combine (form: sheet 3.2; values: fit; all but norm, camping and code at an end of what it may choose)
struct Combination {
  double valu;        // efficiency of issue
  double norm;        // exponent of the p-norm
  double latency;     // share of a lone group's waits that count
  double camping;     // exponent of the busiest channel over the mean
  double dram;        // efficiency, times the chip's
  double code;        // microseconds of a line of code that no wave has run before, where instructions are not prefetched
  double synchronous; // microseconds of the first launch that the host waits for
  double following;   // and of each further launch before it waits
};
constexpr Combination COMBINATION = {1.0, 3.443, .3, .529, 1.08, .269, 8, 0};
constexpr double BARRIER = 5; // cycles after the last wave (sheet 1.2: 0 to 7)

// ---------- sample
constexpr uint64_t SAMPLE_INSTRUCTIONS = 8'000'000; // wave instructions of a launch that are counted, at most (about)
constexpr int SMALLEST_WINDOW = 4;
} // namespace timing
