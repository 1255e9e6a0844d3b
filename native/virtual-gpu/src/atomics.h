// The arithmetic of atomic operations on memory and LDS.
#pragma once
#include "operands.h"

enum { A_SWAP, A_CMPSWAP, A_ADD, A_SUB, A_RSUB, A_SMIN, A_UMIN, A_SMAX, A_UMAX, A_AND, A_OR, A_XOR, A_INC, A_DEC, A_FADD, A_FMIN, A_FMAX };
template <class T, int K> static inline T acalc(T old, T v, T cmp) {
  typedef typename std::make_signed<T>::type S;
  switch (K) {
    case A_SWAP: return v; case A_CMPSWAP: return old == cmp ? v : old; case A_ADD: return old + v; case A_SUB: return old - v; case A_RSUB: return v - old;
    case A_SMIN: return (S)v < (S)old ? v : old; case A_UMIN: return v < old ? v : old; case A_SMAX: return (S)v > (S)old ? v : old; case A_UMAX: return v > old ? v : old;
    case A_AND: return old & v; case A_OR: return old | v; case A_XOR: return old ^ v; case A_INC: return old >= v ? 0 : old + 1; case A_DEC: return (old == 0 || old > v) ? v : old - 1;
    case A_FADD: if constexpr (sizeof(T) == 4) return fb(bf(old) + bf(v)); else return db(bd(old) + bd(v));
    case A_FMIN: if constexpr (sizeof(T) == 4) return fb(fmn(bf(old), bf(v))); else return db(fmin(bd(old), bd(v)));
    case A_FMAX: if constexpr (sizeof(T) == 4) return fb(fmx(bf(old), bf(v))); else return db(fmax(bd(old), bd(v)));
  } return old;
}
template <class T, int K> static inline T arun(T* p, T v, T cmp) {
  T old = __atomic_load_n(p, __ATOMIC_RELAXED), nw;
  do nw = acalc<T, K>(old, v, cmp); while (!__atomic_compare_exchange_n(p, &old, nw, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
  return old;
}
