// The arithmetic of atomic operations on memory and LDS.
#pragma once
#include "operands.h"

enum { A_SWAP, A_CMPSWAP, A_ADD, A_SUB, A_RSUB, A_SMIN, A_UMIN, A_SMAX, A_UMAX, A_AND, A_OR, A_XOR, A_INC, A_DEC, A_FADD, A_FMIN, A_FMAX };
template <class T, int K> static inline T acalc(T old, T v, T cmp) {
  typedef typename std::make_signed<T>::type S;
  switch (K) {
  case A_SWAP: return v;
  case A_CMPSWAP: return old == cmp ? v : old;
  case A_ADD: return old + v;
  case A_SUB: return old - v;
  case A_RSUB: return v - old;
  case A_SMIN: return (S)v < (S)old ? v : old;
  case A_UMIN: return v < old ? v : old;
  case A_SMAX: return (S)v > (S)old ? v : old;
  case A_UMAX: return v > old ? v : old;
  case A_AND: return old & v;
  case A_OR: return old | v;
  case A_XOR: return old ^ v;
  case A_INC: return old >= v ? 0 : old + 1;
  case A_DEC: return (old == 0 || old > v) ? v : old - 1;
  case A_FADD:
    if constexpr (sizeof(T) == 4)
      return fb(bf(old) + bf(v));
    else
      return db(bd(old) + bd(v));
  case A_FMIN:
    if constexpr (sizeof(T) == 4)
      return fb(fmn(bf(old), bf(v)));
    else
      return db(fmin(bd(old), bd(v)));
  case A_FMAX:
    if constexpr (sizeof(T) == 4)
      return fb(fmx(bf(old), bf(v)));
    else
      return db(fmax(bd(old), bd(v)));
  }
  return old;
}
template <class T, int K> static inline T arun(T* p, T v, T cmp) {
  T old = __atomic_load_n(p, __ATOMIC_RELAXED), nw;
  do nw = acalc<T, K>(old, v, cmp);
  while (!__atomic_compare_exchange_n(p, &old, nw, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
  return old;
}

// Registers every atomic operation of an encoding. Op<T, K>::run is its handler; names are PREFIX + operation, with _x2 for 64 bits.
template <template <class, int> class Op, int K> static void reg_atomic(const std::string& name) {
  reg(name.c_str(), Op<uint32_t, K>::run, SH_ND);
  reg((name + "_x2").c_str(), Op<uint64_t, K>::run, SH_ND);
}
template <template <class, int> class Op> static int reg_atomics(const std::string& p) {
  reg_atomic<Op, A_SWAP>(p + "swap");
  reg_atomic<Op, A_CMPSWAP>(p + "cmpswap");
  reg_atomic<Op, A_ADD>(p + "add");
  reg_atomic<Op, A_SUB>(p + "sub");
  reg_atomic<Op, A_SMIN>(p + "smin");
  reg_atomic<Op, A_UMIN>(p + "umin");
  reg_atomic<Op, A_SMAX>(p + "smax");
  reg_atomic<Op, A_UMAX>(p + "umax");
  reg_atomic<Op, A_AND>(p + "and");
  reg_atomic<Op, A_OR>(p + "or");
  reg_atomic<Op, A_XOR>(p + "xor");
  reg_atomic<Op, A_INC>(p + "inc");
  reg_atomic<Op, A_DEC>(p + "dec");
  return 0;
}
