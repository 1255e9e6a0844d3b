// Rules of the address unit and the LDS banks (time-constants.h has the sources).
#include "time-access.h"
#include "buffer-address.h"
#include "time-constants.h"
#include <algorithm>

namespace timing {
struct Lanes {
  uint64_t address[64]; // device addresses
  uint64_t active = 0;
};

static void add_line(VectorAccess& a, uint32_t quarter_begin, uint64_t line) {
  for (uint32_t i = a.count; i-- > quarter_begin;)
    if (a.lines[i] == line) return;
  if (a.count < 256) a.lines[a.count++] = line;
}

static void vector_access(const Op& o, const Lanes& lanes, VectorAccess& a) {
  const Cost& c = o.cost;
  bool load = !(c.access & (WRITE | ATOMIC)), linear = true;
  a.count = 0;
  double cycles = 0;
  int quarters = 0;
  for (int q = 0; q < 4; q++) {
    uint64_t m = lanes.active >> (16 * q) & 0xffff, previous = 0;
    if (!m) continue;
    quarters++;
    bool ascending = true, first = true;
    uint32_t begin = a.count;
    for (; m; m &= m - 1) {
      uint64_t x = lanes.address[16 * q + __builtin_ctzll(m)];
      if (!first) {
        ascending &= x >= previous;
        linear &= x == previous + c.bytes || x == previous;
      }
      first = false;
      previous = x;
      add_line(a, begin, x / LINE);
      if ((x + c.bytes - 1) / LINE != x / LINE) add_line(a, begin, (x + c.bytes - 1) / LINE);
    }
    bool coalesced = load && c.bytes <= 4 && ascending && a.count == begin + 1;
    cycles += coalesced ? ADDRESS_COALESCED / 4 : 0;
    if (coalesced) quarters--;
  }
  double each = ADDRESS_PLAIN;
  if (c.access & ATOMIC)
    each = c.access & COMPARE || c.bytes == 8 ? ADDRESS_COMPARE : ADDRESS_PLAIN;
  else if (load)
    each = c.bytes == 8               ? ADDRESS_TWO_DWORDS
           : c.bytes == 12 && !linear ? ADDRESS_THREE_SCATTERED
           : c.bytes == 16 && !linear ? ADDRESS_FOUR_SCATTERED
                                      : ADDRESS_PLAIN;
  a.cycles = std::max(cycles + quarters * each / 4, (double)a.count);
}

// Cycles that the banks need for lanes of `bytes` each: groups of lanes fill the 32 banks once, equal dwords are read once.
static int bank_cycles(const uint32_t* address, uint64_t active, int bytes, bool serial) {
  int dwords = bytes <= 4 ? 1 : bytes / 4, lanes = bytes <= 4 ? 32 : bytes == 8 ? 16 : 8, cycles = 0;
  for (int g = 0; g < 64; g += lanes) {
    uint64_t m = active >> g & (lanes == 64 ? ~0ull : (1ull << lanes) - 1);
    uint32_t seen[LDS_BANKS][32];
    uint8_t depth[LDS_BANKS] = {};
    int most = 1;
    for (; m; m &= m - 1) {
      uint32_t dword = address[g + __builtin_ctzll(m)] >> 2;
      for (int k = 0; k < dwords; k++, dword++) {
        int bank = dword % LDS_BANKS, n = depth[bank];
        bool there = false;
        for (int i = 0; i < n && !serial; i++) there |= seen[bank][i] == dword;
        if (there || n == 32) continue;
        seen[bank][n] = dword;
        depth[bank] = n + 1;
        most = std::max(most, n + 1);
      }
    }
    cycles += most;
  }
  return cycles;
}

double lds_cycles(Wave& w, const Op& o) {
  const Cost& c = o.cost;
  if (c.access & PERMUTE) return LDS_PERMUTE_CYCLES;
  bool returns = c.access & ATOMIC && strstr(o.text, "_rtn_");
  const uint32_t* base = w.v + o.s[returns ? 1 : 0].idx * 64;
  uint32_t address[64], scale = c.access & PAIR ? c.bytes * (c.access & STRIDE64 ? 64 : 1) : 1;
  L64 address[i] = base[i] + o.offset * scale;
  double cycles = bank_cycles(address, w.exec(), c.bytes, c.access & ATOMIC);
  if (c.access & PAIR) {
    L64 address[i] = base[i] + o.offset1 * scale;
    cycles += bank_cycles(address, w.exec(), c.bytes, false);
  }
  if (c.access & (WRITE | ATOMIC)) cycles += LDS_WRITE_CYCLES;
  if (c.access & COMPARE) cycles += LDS_COMPARE_CYCLES;
  return cycles;
}

static bool scratch_address(Wave& w, uint64_t host, uint64_t scratch, uint64_t& device) {
  if (host < (uint64_t)w.scratch || host >= (uint64_t)w.scratch + w.scratchSize) return false;
  device = scratch + host - (uint64_t)w.scratch;
  return true;
}

void flat_access(Wave& w, const Op& o, Translation& translate, uint64_t scratch, VectorAccess& a) {
  const Opd& operand = o.cost.access & ATOMIC && o.glc ? o.s[1] : o.s[0];
  const uint32_t *low = w.v + operand.idx * 64, *high = low + 64;
  Lanes lanes;
  uint64_t shared = 0;
  for (uint64_t m = w.exec(); m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    if (high[l] == SHARED_HI)
      shared |= 1ull << l;
    else if (high[l] == PRIVATE_HI)
      lanes.address[l] = scratch + (uint64_t)(low[l] >> 2) * 256 + l * 4;
    else
      lanes.address[l] = translate(low[l] | (uint64_t)high[l] << 32);
  }
  lanes.active = w.exec() & ~shared;
  a.in_lds = shared && !lanes.active;
  if (a.in_lds) {
    a.count = 0;
    a.cycles = bank_cycles(low, shared, o.cost.bytes, o.cost.access & ATOMIC) + (o.cost.access & (WRITE | ATOMIC) ? LDS_WRITE_CYCLES : 0);
  } else
    vector_access(o, lanes, a);
}

void buffer_access(Wave& w, const Op& o, Translation& translate, uint64_t scratch, VectorAccess& a) {
  int first = o.cost.access & (WRITE | ATOMIC) ? 1 : 0;
  Srd s = srd(w, o.s[first + 1]);
  uint32_t soffset = rs(w, o.s[first + 2]);
  Lanes lanes;
  for (uint64_t m = w.exec(); m; m &= m - 1) {
    int l = __builtin_ctzll(m);
    uint64_t host, device;
    if (!baddr(w, o, s, o.s[first], soffset, l, std::min<uint32_t>(o.cost.bytes, 4), 0, host)) continue;
    lanes.address[l] = scratch_address(w, host, scratch, device) ? device : translate(host);
    lanes.active |= 1ull << l;
  }
  a.in_lds = false;
  vector_access(o, lanes, a);
}
} // namespace timing
