// Vector comparisons and class tests (VOPC).
#include "operands.h"

enum { TF16, TF32, TF64, TI16, TU16, TI32, TU32, TI64, TU64 };
template <int OPC, class T> static inline bool cmpf(T a, T b) {
  switch (OPC) {
  case 0: return false;
  case 1: return a < b;
  case 2: return a == b;
  case 3: return a <= b;
  case 4: return a > b;
  case 5: return a < b || a > b;
  case 6: return a >= b;
  case 7: return !(a != a || b != b);
  case 8: return a != a || b != b;
  case 9: return !(a >= b);
  case 10: return !(a < b || a > b);
  case 11: return !(a > b);
  case 12: return !(a <= b);
  case 13: return !(a == b);
  case 14: return !(a < b);
  default: return true;
  }
}
template <int OPC, class T> static inline bool cmpi(T a, T b) {
  switch (OPC) {
  case 0: return false;
  case 1: return a < b;
  case 2: return a == b;
  case 3: return a <= b;
  case 4: return a > b;
  case 5: return a != b;
  case 6: return a >= b;
  default: return true;
  }
}
template <int TY, int OPC, bool X> static void vcmp(Wave& w, const Op& o) {
  AL uint32_t r[64];
  if constexpr (TY == TF32) {
    AL float ta[64], tb[64];
    const float *A = F(w, o.s[0], ta), *B = F(w, o.s[1], tb);
    L64 r[i] = cmpf<OPC, float>(A[i], B[i]);
  } else if constexpr (TY == TF16) {
    AL float A[64], B[64];
    H(w, o.s[0], A);
    H(w, o.s[1], B);
    L64 r[i] = cmpf<OPC, float>(A[i], B[i]);
  } else if constexpr (TY == TF64) {
    AL double A[64], B[64];
    D64(w, o.s[0], A);
    D64(w, o.s[1], B);
    L64 r[i] = cmpf<OPC, double>(A[i], B[i]);
  } else if constexpr (TY == TI16 || TY == TU16) {
    AL uint32_t A[64], B[64];
    U16v(w, o.s[0], A);
    U16v(w, o.s[1], B);
    L64 r[i] = TY == TI16 ? cmpi<OPC, int16_t>(A[i], B[i]) : cmpi<OPC, uint16_t>(A[i], B[i]);
  } else if constexpr (TY == TI32 || TY == TU32) {
    AL uint32_t ta[64], tb[64];
    const uint32_t *A = U(w, o.s[0], ta), *B = U(w, o.s[1], tb);
    L64 r[i] = TY == TI32 ? cmpi<OPC, int32_t>(A[i], B[i]) : cmpi<OPC, uint32_t>(A[i], B[i]);
  } else {
    AL uint64_t A[64], B[64];
    U64v(w, o.s[0], A);
    U64v(w, o.s[1], B);
    L64 r[i] = TY == TI64 ? cmpi<OPC, int64_t>(A[i], B[i]) : cmpi<OPC, uint64_t>(A[i], B[i]);
  }
  uint64_t m = mk(r) & w.exec();
  ws64(w, o.d, m);
  if (X) w.exec() = m;
}
static const char* FN[16] = {"f", "lt", "eq", "le", "gt", "lg", "ge", "o", "u", "nge", "nlg", "ngt", "nle", "neq", "nlt", "tru"};
static const char* IN[8] = {"f", "lt", "eq", "le", "gt", "ne", "ge", "t"};
static const char* TN[9] = {"f16", "f32", "f64", "i16", "u16", "i32", "u32", "i64", "u64"};
template <int TY, int OPC> static void regc() {
  const char* n = TY <= TF64 ? FN[OPC] : IN[OPC];
  reg(strdup((string("v_cmp_") + n + "_" + TN[TY]).c_str()), vcmp<TY, OPC, false>);
  reg(strdup((string("v_cmpx_") + n + "_" + TN[TY]).c_str()), vcmp<TY, OPC, true>);
}
template <int TY, int OPC> static void regall() {
  regc<TY, OPC>();
  if constexpr (OPC > 0) regall<TY, OPC - 1>();
}
static int r_cmp = [] {
  regall<TF16, 15>();
  regall<TF32, 15>();
  regall<TF64, 15>();
  regall<TI16, 7>();
  regall<TU16, 7>();
  regall<TI32, 7>();
  regall<TU32, 7>();
  regall<TI64, 7>();
  regall<TU64, 7>();
  return 0;
}();
static inline uint32_t fclass(int neg, int exp0, int expm, int man0, int quiet) {
  if (expm && !man0) return quiet ? 2 : 1;
  if (expm) return neg ? 4 : 512;
  if (exp0 && man0) return neg ? 32 : 64;
  if (exp0) return neg ? 16 : 128;
  return neg ? 8 : 256;
}
template <bool X> static void cls32(Wave& w, const Op& o) {
  AL float ta[64];
  AL uint32_t tb[64], r[64];
  const uint32_t* A = (const uint32_t*)F(w, o.s[0], ta);
  const uint32_t* B = U(w, o.s[1], tb);
  L64 {
    uint32_t x = A[i];
    r[i] = fclass(x >> 31, (x >> 23 & 255) == 0, (x >> 23 & 255) == 255, (x & 0x7fffff) == 0, x >> 22 & 1) & B[i];
  }
  uint64_t m = mk(r) & w.exec();
  ws64(w, o.d, m);
  if (X) w.exec() = m;
}
template <bool X> static void cls64(Wave& w, const Op& o) {
  AL double td[64];
  AL uint32_t tb[64], r[64];
  D64(w, o.s[0], td);
  const uint64_t* A = (const uint64_t*)td;
  const uint32_t* B = U(w, o.s[1], tb);
  L64 {
    uint64_t x = A[i];
    r[i] = fclass(x >> 63, (x >> 52 & 2047) == 0, (x >> 52 & 2047) == 2047, (x << 12) == 0, x >> 51 & 1) & B[i];
  }
  uint64_t m = mk(r) & w.exec();
  ws64(w, o.d, m);
  if (X) w.exec() = m;
}
template <bool X> static void cls16(Wave& w, const Op& o) {
  AL uint32_t A[64], tb[64], r[64];
  U16v(w, o.s[0], A);
  const uint32_t* B = U(w, o.s[1], tb);
  L64 {
    uint32_t x = A[i];
    if (o.s[0].abs) x &= 0x7fff;
    if (o.s[0].neg) x ^= 0x8000;
    r[i] = fclass(x >> 15, (x >> 10 & 31) == 0, (x >> 10 & 31) == 31, (x & 1023) == 0, x >> 9 & 1) & B[i];
  }
  uint64_t m = mk(r) & w.exec();
  ws64(w, o.d, m);
  if (X) w.exec() = m;
}
R_("v_cmp_class_f32", cls32<false>);
R_("v_cmpx_class_f32", cls32<true>);
R_("v_cmp_class_f64", cls64<false>);
R_("v_cmpx_class_f64", cls64<true>);
R_("v_cmp_class_f16", cls16<false>);
R_("v_cmpx_class_f16", cls16<true>);
