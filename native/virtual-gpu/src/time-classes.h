// What an instruction occupies, by its mnemonic.
#pragma once
#include <cstdint>
#include <string>

namespace timing {
enum Unit : uint8_t { VALU, SALU, BRANCH, SCALAR_LOAD, LDS, BUFFER, FLAT, WAIT, FREE };
enum Access : uint8_t { READ = 0, WRITE = 1, ATOMIC = 2, COMPARE = 4, PAIR = 8, PERMUTE = 16, STRIDE64 = 32 };

// For vector memory and LDS: bytes a lane moves at one address, and how. For the others: cycles.
struct Cost {
  Unit unit = FREE;
  uint8_t cycles = 4, bytes = 4, access = READ;
};

// From now on v_fma_f32 is counted as the v_mac_f32 that stands in its place in other generations of the same kernels.
void count_fma_as_mac();
Cost classify(const std::string& mnemonic); // without _e32, _e64, _sdwa, _dpp
} // namespace timing
