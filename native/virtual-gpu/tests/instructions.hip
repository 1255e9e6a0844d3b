// What single instructions compute: exec instructions.
#include "instructions.h"

typedef int32_t I;
typedef int64_t L;
typedef uint64_t UL;
static I sx24(uint32_t x) { return (I)(x << 8) >> 8; }
static uint32_t ux24(uint32_t x) { return x & 0xffffff; }
static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }
static uint32_t most(uint32_t a, uint32_t b) { return a > b ? a : b; }
static uint32_t reversed(uint32_t x) { uint32_t r = 0; for (int k = 0; k < 32; k++) r |= (x >> k & 1) << (31 - k); return r; }
static float fewest(float a, float b) { return a != a ? b : b != b ? a : a < b ? a : b < a ? b : u(a) >> 31 ? a : b; }
static float greatest(float a, float b) { return a != a ? b : b != b ? a : a > b ? a : b > a ? b : u(a) >> 31 ? b : a; }

// Integers of 32 bits.
VECTOR("v_mov_b32", "%0, %1", x)
VECTOR("v_not_b32", "%0, %1", ~x)
VECTOR("v_bfrev_b32", "%0, %1", reversed(x))
VECTOR("v_ffbh_u32", "%0, %1", x ? __builtin_clz(x) : -1)
VECTOR("v_ffbl_b32", "%0, %1", x ? __builtin_ctz(x) : -1)
VECTOR("v_ffbh_i32", "%0, %1", x == 0 || x == ~0u ? -1 : __builtin_clz((I)x < 0 ? ~x : x))
VECTOR("v_and_b32", "%0, %1, %2", x & y)
VECTOR("v_or_b32", "%0, %1, %2", x | y)
VECTOR("v_xor_b32", "%0, %1, %2", x ^ y)
VECTOR("v_lshlrev_b32", "%0, %1, %2", y << (x & 31))
VECTOR("v_lshrrev_b32", "%0, %1, %2", y >> (x & 31))
VECTOR("v_ashrrev_i32", "%0, %1, %2", (I)y >> (x & 31))
VECTOR("v_min_i32", "%0, %1, %2", (I)x < (I)y ? x : y)
VECTOR("v_max_i32", "%0, %1, %2", (I)x > (I)y ? x : y)
VECTOR("v_min_u32", "%0, %1, %2", least(x, y))
VECTOR("v_max_u32", "%0, %1, %2", most(x, y))
VECTOR("v_mul_i32_i24", "%0, %1, %2", (L)sx24(x) * sx24(y))
VECTOR("v_mul_u32_u24", "%0, %1, %2", (UL)ux24(x) * ux24(y))
VECTOR("v_mul_hi_i32_i24", "%0, %1, %2", ((L)sx24(x) * sx24(y)) >> 32)
VECTOR("v_mul_hi_u32_u24", "%0, %1, %2", ((UL)ux24(x) * ux24(y)) >> 32)
VECTOR("v_mul_lo_u32", "%0, %1, %2", x * y)
VECTOR("v_mul_hi_u32", "%0, %1, %2", ((UL)x * y) >> 32)
VECTOR("v_mul_hi_i32", "%0, %1, %2", ((L)(I)x * (I)y) >> 32)
VECTOR("v_bfm_b32", "%0, %1, %2", ((1u << (x & 31)) - 1) << (y & 31))
VECTOR("v_bcnt_u32_b32", "%0, %1, %2", __builtin_popcount(x) + y)
VECTOR("v_mad_i32_i24", "%0, %1, %2, %3", (L)sx24(x) * sx24(y) + z)
VECTOR("v_mad_u32_u24", "%0, %1, %2, %3", (UL)ux24(x) * ux24(y) + z)
VECTOR("v_bfe_u32", "%0, %1, %2, %3", (z & 31) ? (x >> (y & 31)) & ((1u << (z & 31)) - 1) : 0)
VECTOR("v_bfi_b32", "%0, %1, %2, %3", (x & y) | (~x & z))
VECTOR("v_alignbit_b32", "%0, %1, %2, %3", ((UL)x << 32 | y) >> (z & 31))
VECTOR("v_alignbyte_b32", "%0, %1, %2, %3", ((UL)x << 32 | y) >> 8 * (z & 3))
VECTOR("v_min3_u32", "%0, %1, %2, %3", least(least(x, y), z))
VECTOR("v_max3_u32", "%0, %1, %2, %3", most(most(x, y), z))
VECTOR("v_med3_u32", "%0, %1, %2, %3", most(least(x, y), least(most(x, y), z)))
VECTOR("v_sad_u32", "%0, %1, %2, %3", (x > y ? x - y : y - x) + z)
VECTOR("v_add_u16", "%0, %1, %2", (x + y) & 0xffff)
VECTOR("v_mul_lo_u16", "%0, %1, %2", (x * y) & 0xffff)
VECTOR("v_max_i16", "%0, %1, %2", (uint16_t)((int16_t)x > (int16_t)y ? x : y))
VECTOR("v_cvt_f32_ubyte2", "%0, %1", u((float)(x >> 16 & 255)))

// Carries, lanes, selection.
SEVERAL("v_add_u32, v_addc_u32", "v_add_u32 %0, vcc, %1, %2\n v_addc_u32 %0, vcc, %0, %3, vcc", x + y + z + (x + y < x))
SEVERAL("v_sub_u32, v_subb_u32", "v_sub_u32 %0, vcc, %1, %2\n v_subb_u32 %0, vcc, %0, %3, vcc", x - y - z - (x < y))
SEVERAL("v_subrev_u32", "v_subrev_u32 %0, vcc, %1, %2", y - x)
SEVERAL("v_cndmask_b32", "v_cmp_lt_u32 vcc, %1, %2\n v_cndmask_b32 %0, %1, %3, vcc", x < y ? z : x)
SEVERAL("v_readlane_b32", "v_readlane_b32 s40, %1, 5\n v_mov_b32 %0, s40", X[5])
SEVERAL("v_readfirstlane_b32", "v_readfirstlane_b32 s40, %1\n v_mov_b32 %0, s40", X[0])
SEVERAL("v_writelane_b32", "v_mov_b32 %0, %1\n v_writelane_b32 %0, 33, 9", i == 9 ? 33 : x)
SEVERAL("v_mbcnt", "v_mbcnt_lo_u32_b32 %0, -1, 0\n v_mbcnt_hi_u32_b32 %0, -1, %0", i)
SEVERAL("exec masks a write", "v_mov_b32 %0, %1\n s_mov_b64 s[40:41], exec\n s_mov_b64 exec, 0xff00\n v_mov_b32 %0, %2\n s_mov_b64 exec, s[40:41]", i >= 8 && i < 16 ? y : x)

// Sub-dword access and lane permutation.
SEVERAL("sdwa, byte of a source", "v_mov_b32_sdwa %0, %1 dst_sel:DWORD dst_unused:UNUSED_PAD src0_sel:BYTE_2", x >> 16 & 255)
SEVERAL("sdwa, sign of a source", "v_mov_b32_sdwa %0, sext(%1) dst_sel:DWORD dst_unused:UNUSED_PAD src0_sel:WORD_1", (I)x >> 16)
SEVERAL("sdwa, part of the result kept", "v_mov_b32 %0, %3\n v_add_u32_sdwa %0, vcc, %1, %2 dst_sel:WORD_1 dst_unused:UNUSED_PRESERVE src0_sel:WORD_0 src1_sel:BYTE_1", ((x & 0xffff) + (y >> 8 & 255)) << 16 | (z & 0xffff))
SEVERAL("dpp row_shr", "v_mov_b32 %0, %2\n s_nop 4\n v_mov_b32_dpp %0, %1 row_shr:3 row_mask:0xf bank_mask:0xf", i % 16 >= 3 ? X[i - 3] : y)
SEVERAL("dpp row_shr, zero outside", "v_mov_b32 %0, %2\n s_nop 4\n v_mov_b32_dpp %0, %1 row_shr:3 row_mask:0xf bank_mask:0xf bound_ctrl:0", i % 16 >= 3 ? X[i - 3] : 0)
SEVERAL("dpp row_ror", "s_nop 4\n v_mov_b32_dpp %0, %1 row_ror:5 row_mask:0xf bank_mask:0xf", X[i / 16 * 16 + (i + 11) % 16])
SEVERAL("dpp quad_perm", "s_nop 4\n v_mov_b32_dpp %0, %1 quad_perm:[2,0,3,1] row_mask:0xf bank_mask:0xf", X[i / 4 * 4 + (0x72 >> 2 * (i % 4) & 3)])
SEVERAL("dpp row_mirror", "s_nop 4\n v_mov_b32_dpp %0, %1 row_mirror row_mask:0xf bank_mask:0xf", X[i ^ 15])
SEVERAL("dpp row_half_mirror", "s_nop 4\n v_mov_b32_dpp %0, %1 row_half_mirror row_mask:0xf bank_mask:0xf", X[i ^ 7])
SEVERAL("dpp row_bcast15", "v_mov_b32 %0, %2\n s_nop 4\n v_mov_b32_dpp %0, %1 row_bcast:15 row_mask:0xa bank_mask:0xf", i / 16 % 2 ? X[i / 16 * 16 - 1] : y)
SEVERAL("dpp wave_shr", "v_mov_b32 %0, %2\n s_nop 4\n v_mov_b32_dpp %0, %1 wave_shr:1 row_mask:0xf bank_mask:0xf", i ? X[i - 1] : y)
LOCAL("ds_swizzle_b32", "ds_swizzle_b32 %0, %1 offset:swizzle(SWAP,4)", X[i ^ 4], x)
LOCAL("ds_bpermute_b32", "v_lshlrev_b32 %0, 2, %2\n ds_bpermute_b32 %0, %0, %1", X[y & 63], x)

// Comparisons.
COMPARE("v_cmp_lt_u32", x < y)
COMPARE("v_cmp_le_i32", (I)x <= (I)y)
COMPARE("v_cmp_ne_u32", x != y)
COMPARE("v_cmp_gt_u16", (uint16_t)x > (uint16_t)y)
COMPARE("v_cmp_lt_f32", f(x) < f(y))
COMPARE("v_cmp_nge_f32", !(f(x) >= f(y)))
COMPARE("v_cmp_u_f32", f(x) != f(x) || f(y) != f(y))
COMPARE("v_cmp_lg_f32", f(x) < f(y) || f(x) > f(y))

// Floats.
FLOAT("v_add_f32", "%0, %1, %2", f(x) + f(y))
FLOAT("v_sub_f32", "%0, %1, %2", f(x) - f(y))
FLOAT("v_mul_f32", "%0, %1, %2", f(x) * f(y))
FLOAT("v_mul_legacy_f32", "%0, %1, %2", f(x) == 0 || f(y) == 0 ? 0 : f(x) * f(y))
FLOAT("v_fma_f32", "%0, %1, %2, %3", fmaf(f(x), f(y), f(z)))
FLOAT("v_min_f32", "%0, %1, %2", fewest(f(x), f(y)))
FLOAT("v_max_f32", "%0, %1, %2", greatest(f(x), f(y)))
FLOAT("v_max3_f32", "%0, %1, %2, %3", greatest(greatest(f(x), f(y)), f(z)))
FLOAT("v_floor_f32", "%0, %1", floorf(f(x)))
FLOAT("v_rndne_f32", "%0, %1", nearbyintf(f(x)))
FLOAT("v_trunc_f32", "%0, %1", truncf(f(x)))
FLOAT("v_ldexp_f32", "%0, %1, 3", ldexpf(f(x), 3))
FLOAT("v_cvt_f32_i32", "%0, %1", (float)(I)x)
FLOAT("v_cvt_f32_u32", "%0, %1", (float)x)
FLOAT("v_add_f32 ", "%0, -%1, |%2|", -f(x) + fabsf(f(y)))
FLOAT("v_mul_f32 ", "%0, %1, 0.5 clamp", f(x) * 0.5f > 0 ? fminf(f(x) * 0.5f, 1) : 0)
NEAR("v_rcp_f32", 1, "%0, %1", 1 / f(x))
NEAR("v_rsq_f32", 1, "%0, %1", 1 / sqrt((double)f(x)))
NEAR("v_sqrt_f32", 1, "%0, %1", sqrtf(f(x)))
NEAR("v_exp_f32", 2, "%0, %1", exp2((double)f(x)))
VECTOR("v_cvt_u32_f32", "%0, %1", f(x) != f(x) || f(x) <= 0 ? 0 : f(x) >= 4294967296.0f ? ~0u : (uint32_t)f(x))
VECTOR("v_cvt_i32_f32", "%0, %1", f(x) != f(x) ? 0 : f(x) >= 2147483648.0f ? 0x7fffffff : f(x) <= -2147483648.0f ? 0x80000000 : (uint32_t)(I)f(x))
HALF("v_add_f16", "%0, %1, %2", h(x) + h(y))
HALF("v_mul_f16", "%0, %1, %2", h(x) * h(y))
HALF("v_cvt_f16_f32", "%0, %1", f(x))
FLOAT("v_cvt_f32_f16", "%0, %1", (float)h(x))

// The scalar unit.
SCALAR("s_add_u32, s_addc_u32", "s_add_u32 %0, %1, %2\n s_addc_u32 %0, %0, %3", x + y + z + (x + y < x))
SCALAR("s_sub_u32, s_subb_u32", "s_sub_u32 %0, %1, %2\n s_subb_u32 %0, %0, %3", x - y - z - (x < y))
SCALAR("s_mul_i32", "s_mul_i32 %0, %1, %2", x * y)
SCALAR("s_and_b32", "s_and_b32 %0, %1, %2\n s_cselect_b32 %0, %0, %3", (x & y) ? (x & y) : z)
SCALAR("s_andn2_b32", "s_andn2_b32 %0, %1, %2", x & ~y)
SCALAR("s_lshl_b32", "s_lshl_b32 %0, %1, %2", x << (y & 31))
SCALAR("s_ashr_i32", "s_ashr_i32 %0, %1, %2", (I)x >> (y & 31))
SCALAR("s_min_i32", "s_min_i32 %0, %1, %2\n s_cselect_b32 %0, %0, %3", (I)x < (I)y ? x : z)
SCALAR("s_max_u32", "s_max_u32 %0, %1, %2", most(x, y))
SCALAR("s_bfe_u32", "s_bfe_u32 %0, %1, 0x70003", x >> 3 & 0x7f)
SCALAR("s_bfe_i32", "s_bfe_i32 %0, %1, 0x70003", (I)(x << 22) >> 25)
SCALAR("s_bcnt1_i32_b32", "s_bcnt1_i32_b32 %0, %1", __builtin_popcount(x))
SCALAR("s_ff1_i32_b32", "s_ff1_i32_b32 %0, %1", x ? __builtin_ctz(x) : -1)
SCALAR("s_flbit_i32_b32", "s_flbit_i32_b32 %0, %1", x ? __builtin_clz(x) : -1)
SCALAR("s_brev_b32", "s_brev_b32 %0, %1", reversed(x))
SCALAR("s_sext_i32_i8", "s_sext_i32_i8 %0, %1", (I)(int8_t)x)
SCALAR("s_cmp_lt_i32", "s_cmp_lt_i32 %1, %2\n s_cselect_b32 %0, %1, %3", (I)x < (I)y ? x : z)
SCALAR("s_bitcmp1_b32", "s_bitcmp1_b32 %1, %2\n s_cselect_b32 %0, 1, 0", x >> (y & 31) & 1)
SCALAR("s_lshr_b64", "s_mov_b32 s40, %1\n s_mov_b32 s41, %2\n s_lshr_b64 s[42:43], s[40:41], %3\n s_mov_b32 %0, s42", ((UL)y << 32 | x) >> (z & 63))
SCALAR("s_bfm_b32", "s_bfm_b32 %0, %1, %2", ((1u << (x & 31)) - 1) << (y & 31))
SCALAR("s_cbranch_scc1", "s_mov_b32 %0, 1\n s_cmp_eq_u32 %1, %2\n s_cbranch_scc1 1f\n s_mov_b32 %0, %3\n1:", x == y ? 1 : z)

// Local and global memory.
LOCAL("ds_add_rtn_u32", "ds_add_rtn_u32 %0, %4, %2", x, x + y)
LOCAL("ds_min_rtn_i32", "ds_min_rtn_i32 %0, %4, %2", x, (I)x < (I)y ? x : y)
LOCAL("ds_max_u32", "ds_max_u32 %4, %2", 0, most(x, y))
LOCAL("ds_inc_rtn_u32", "ds_inc_rtn_u32 %0, %4, %2", x, x >= y ? 0 : x + 1)
LOCAL("ds_cmpst_rtn_b32", "ds_cmpst_rtn_b32 %0, %4, %1, %2", x, y)
LOCAL("ds_wrxchg_rtn_b32", "ds_wrxchg_rtn_b32 %0, %4, %2", x, y)
LOCAL("ds_read_u16, ds_write_b8", "ds_write_b8 %4, %2 offset:1\n ds_read_u16 %0, %4", (x & 255) | (y & 255) << 8, (x & 0xffff00ff) | (y & 255) << 8)
LOCAL("ds_read_i8", "ds_read_i8 %0, %4 offset:3", (I)x >> 24, x)
LOCAL("ds_write2_b32", "ds_write2_b32 %4, %2, %3 offset0:0 offset1:64\n ds_read_b32 %0, %4 offset:256", z, y)
GLOBAL("flat_atomic_add", "flat_atomic_add %0, %4, %2 glc", x, x + y)
GLOBAL("flat_atomic_smax", "flat_atomic_smax %0, %4, %2 glc", x, (I)x > (I)y ? x : y)
GLOBAL("flat_atomic_dec", "flat_atomic_dec %0, %4, %2 glc", x, x == 0 || x > y ? y : x - 1)
GLOBAL("flat_atomic_swap", "flat_atomic_swap %0, %4, %2 glc", x, y)
GLOBAL("flat_load_ushort", "flat_load_ushort %0, %4", x & 0xffff, x)
GLOBAL("flat_load_sbyte", "flat_load_sbyte %0, %4", (I)(int8_t)x, x)
GLOBAL("flat_store_short", "flat_store_short %4, %2", 0, (x & 0xffff0000) | (y & 0xffff))

static bool same(const Case& c, uint32_t got, uint32_t wanted) {
  if (got == wanted) return true;
  if (c.kind == Kind::Half) return (h(got) != h(got) && h(wanted) != h(wanted)) || ((got ^ wanted) & 0xffff) == 0;
  if (c.kind != Kind::Float) return false;
  if (f(got) != f(got) && f(wanted) != f(wanted)) return true;
  // Denormals may be flushed; the mode decides.
  if (fabsf(f(wanted)) < 1.2e-38f && fabsf(f(got)) < 1.2e-38f) return true;
  return llabs((L)(I)got - (L)(I)wanted) <= c.ulps;
}

int main() {
  const uint32_t edges[] = {0, 1, 2, 3, 31, 32, 33, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x00ff00ff, 0x00800000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
      u(1.0f), u(-1.0f), u(0.5f), u(-2.5f), u(3.5f), u(1e10f), u(-1e10f), u(1e-20f), u(INFINITY), u(-INFINITY), u(NAN), u(-0.0f), 0x3c00bc00, 0x12345678};
  std::vector<uint32_t> values[3];
  uint32_t random = 1;
  for (int i = 0; i < Values; i++)
    for (int k = 0; k < 3; k++) {
      random = random * 1664525u + 1013904223u;
      // The first lane of each wave, from which scalar tests read, goes through the edges too.
      bool edge = k == 0 ? i % 3 : (random >> 9) % 3;
      values[k].push_back(edge ? edges[(random >> 12) % (sizeof edges / 4)] : random ^ random >> 13);
    }
  uint32_t *device[4], bad = 0;
  for (auto& p : device)
    if (hipMalloc((void**)&p, Values * 4) != hipSuccess) return 2;
  for (int k = 0; k < 3; k++)
    if (hipMemcpy(device[k], values[k].data(), Values * 4, hipMemcpyHostToDevice) != hipSuccess) return 2;
  for (auto& c : cases()) {
    c.kernel<<<Groups, Lanes>>>(device[0], device[1], device[2], device[3]);
    std::vector<uint32_t> got(Values);
    if (hipMemcpy(got.data(), device[3], Values * 4, hipMemcpyDeviceToHost) != hipSuccess) return 2;
    int wrong = 0;
    for (int w = 0; w < Values; w += Lanes)
      for (int i = 0; i < Lanes; i++) {
        uint32_t wanted = c.expected(values[0].data() + w, values[1].data() + w, values[2].data() + w, i);
        if (same(c, got[w + i], wanted)) continue;
        if (wrong++ == 0) printf("%s: %08x, not %08x (lane %d of %08x, %08x, %08x)\n", c.name, got[w + i], wanted, i, values[0][w + i], values[1][w + i], values[2][w + i]);
      }
    bad += wrong > 0;
  }
  printf("%zu instructions, %u wrong\n%s\n", cases().size(), bad, bad ? "FAILED" : "all ok");
  return bad != 0;
}
