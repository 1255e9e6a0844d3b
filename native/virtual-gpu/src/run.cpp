// The interpreter loop.
#include "operands.h"

// VGPU_ITRACE=lane: every instruction of every wave, with its result in that lane
static void traced(Wave& w, uint64_t budget, int lane) {
  uint64_t n = 0;
  while (w.st == ST_RUN && n++ < budget) {
    uint32_t pc = w.pc;
    Op* o = w.co->code[pc];
    if (!o) o = vg_decode(w.co, pc);
    w.pc += o->size;
    if (w.gidx)
      vg_indexed(w, *o);
    else
      o->fn(w, *o);
    fprintf(stderr, "%p %06x %-60s scc %u vcc %llx exec %llx", (void*)&w, pc * 4, o->text, w.scc, (unsigned long long)w.vcc(),
            (unsigned long long)w.exec());
    const Opd* q[5] = {&o->d, &o->s[0], &o->s[1], &o->s[2], &o->s[3]};
    for (auto* d : q) {
      fprintf(stderr, " |");
      for (int k = 0; k < d->n && k < 4; k++) {
        if (d->kind == K_V)
          fprintf(stderr, " %x", w.v[(d->idx + k) * 64 + lane]);
        else if (d->kind == K_S)
          fprintf(stderr, " %x", w.s[d->idx + k]);
      }
    }
    fprintf(stderr, "\n");
  }
  w.ninst += n;
}
void vg_run(Wave& w, uint64_t budget) {
  static const char* it = getenv("VGPU_ITRACE");
  if (__builtin_expect(it != nullptr, 0)) {
    traced(w, budget, atoi(it));
    return;
  }
  Op** code = w.co->code.data();
  uint64_t n = 0, nv = 0;
  while (w.st == ST_RUN && n < budget) {
    Op* o = code[w.pc];
    if (__builtin_expect(!o, 0)) o = vg_decode(w.co, w.pc);
    w.pc += o->size;
    n++;
    nv += o->valu;
    if (__builtin_expect(w.gidx, 0))
      vg_indexed(w, *o);
    else
      o->fn(w, *o);
  }
  w.ninst += n;
  w.nvalu += nv;
}
