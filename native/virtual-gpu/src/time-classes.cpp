// Cycles by mnemonic: full, quarter and double rate on chips with 1/16 of their rate in double precision.
#include "time-classes.h"
#include "time-constants.h"

namespace timing {
using std::string;

static bool starts(const string& text, const char* with) { return text.rfind(with, 0) == 0; }
static bool contains(const string& text, const char* part) { return text.find(part) != string::npos; }
static bool starts_with_any(const string& text, std::initializer_list<const char*> list) {
  for (auto with : list)
    if (starts(text, with)) return true;
  return false;
}

static bool fma_as_mac = false;
void count_fma_as_mac() { fma_as_mac = true; }

static int vector_cycles(const string& m) {
  if (contains(m, "f64")) {
    bool multiplies = starts_with_any(m, {"v_mul_", "v_fma_", "v_rcp_", "v_rsq_", "v_sqrt_", "v_div_fmas_", "v_trig_preop_"});
    return multiplies ? CYCLES_DOUBLE_MULTIPLY : CYCLES_DOUBLE_ADD;
  }
  if (starts_with_any(m, {"v_lshlrev_b64", "v_lshrrev_b64", "v_ashrrev_i64"})) return CYCLES_DOUBLE_ADD;
  if (m == "v_fma_f32" && fma_as_mac) return CYCLES_FULL_RATE;
  if (starts_with_any(m, {"v_fma_f32", "v_mul_lo_", "v_mul_hi_u32", "v_mul_hi_i32", "v_mad_u64", "v_mad_i64", "v_rcp_", "v_rsq_", "v_sqrt_",
                          "v_exp_", "v_log_", "v_sin_", "v_cos_", "v_div_scale_", "v_div_fmas_", "v_div_fixup_f32", "v_mqsad", "v_qsad"}))
    return m == "v_mul_lo_u16" || contains(m, "24") ? CYCLES_FULL_RATE : CYCLES_QUARTER_RATE;
  return CYCLES_FULL_RATE;
}

static int bytes(const string& m) {
  if (contains(m, "byte") || contains(m, "_b8") || contains(m, "_u8") || contains(m, "_i8")) return 1;
  if (contains(m, "short") || contains(m, "_b16") || contains(m, "_u16") || contains(m, "_i16")) return 2;
  if (contains(m, "x4") || contains(m, "_b128")) return 16;
  if (contains(m, "x3") || contains(m, "_b96")) return 12;
  if (contains(m, "x2") || (contains(m, "64") && !contains(m, "st64_b32"))) return 8;
  return 4;
}

static Cost memory(Unit unit, const string& m) {
  Cost c{unit, CYCLES_SCALAR, (uint8_t)bytes(m), READ};
  if (contains(m, "store") || contains(m, "write")) c.access |= WRITE;
  if (contains(m, "atomic") || (unit == LDS && !contains(m, "read") && !contains(m, "write"))) c.access |= ATOMIC;
  if (contains(m, "cmps")) c.access |= COMPARE;
  if (contains(m, "read2") || contains(m, "write2")) c.access |= PAIR;
  if (contains(m, "st64")) c.access |= STRIDE64;
  if (contains(m, "permute") || contains(m, "swizzle")) c.access = PERMUTE;
  return c;
}

Cost classify(const string& m) {
  if (starts(m, "v_")) return {VALU, (uint8_t)vector_cycles(m), 0, READ};
  if (starts(m, "ds_")) return memory(LDS, m);
  if (starts(m, "flat_")) return memory(FLAT, m);
  if (starts_with_any(m, {"buffer_load", "buffer_store", "buffer_atomic"})) return memory(BUFFER, m);
  if (starts_with_any(m, {"s_load", "s_buffer_load", "s_store", "s_buffer_store", "s_memtime", "s_memrealtime"})) {
    int dwords = contains(m, "x16") ? 16 : contains(m, "x8") ? 8 : 4;
    return {SCALAR_LOAD, (uint8_t)dwords, 4, READ};
  }
  if (starts_with_any(m, {"s_branch", "s_cbranch", "s_setpc", "s_swappc"})) return {BRANCH, CYCLES_SCALAR, 0, READ};
  if (m == "s_waitcnt") return {WAIT, CYCLES_SCALAR, 0, READ};
  if (starts_with_any(m, {"s_nop", "s_barrier", "s_setprio", "s_endpgm", "s_sleep", "s_dcache", "s_icache", "s_sethalt", "buffer_wbinvl1"}))
    return {FREE, CYCLES_SCALAR, 0, READ};
  bool pair = contains(m, "saveexec_b64") || starts(m, "s_setreg");
  return {SALU, (uint8_t)(pair ? CYCLES_SCALAR_PAIR : CYCLES_SCALAR), 0, READ};
}
} // namespace timing
