// Branches, barriers, program end, waits and VGPR index mode (SOPP).
#include "operands.h"

void vg_nop(Wave&, const Op&) {}
static int r_nops = [] {
  for (const char* n : {"s_nop",           "s_waitcnt",      "s_sleep",
                        "s_setprio",       "s_sendmsg",      "s_icache_inv",
                        "s_incperflevel",  "s_decperflevel", "s_ttracedata",
                        "s_dcache_inv",    "s_dcache_wb",    "s_dcache_inv_vol",
                        "s_dcache_wb_vol", "buffer_wbinvl1", "buffer_wbinvl1_vol",
                        "s_sethalt",       "v_nop",          "v_clrexcp",
                        "ds_nop",          "s_code_end"})
    reg(n, vg_nop, SH_ND);
  return 0;
}();
R_(
    "s_endpgm",
    OP {
      w.st = ST_END;
    },
    SH_ND);
R_(
    "s_endpgm_saved",
    OP {
      w.st = ST_END;
    },
    SH_ND);
R_(
    "s_barrier",
    OP {
      w.st = ST_BAR;
    },
    SH_ND);
R_(
    "s_trap",
    OP {
      vg_fatal(&w, &o, "kernel trapped (abort or assert)");
    },
    SH_ND);
#define BR(nm, c)                     \
  R_(                                 \
      nm,                             \
      OP {                            \
        if (c) w.pc += (int16_t)o.w0; \
        (void)w;                      \
      },                              \
      SH_ND);
BR("s_branch", true)
BR("s_cbranch_scc0", !w.scc)
BR("s_cbranch_scc1", w.scc)
BR("s_cbranch_vccz", !w.vcc())
BR("s_cbranch_vccnz", w.vcc())
BR("s_cbranch_execz", !w.exec())
BR("s_cbranch_execnz", w.exec())
BR("s_cbranch_cdbgsys", false)
BR("s_cbranch_cdbguser", false)
R_("s_memtime", OP {
  ws64(w, o.d, vg_now_ns());
});
R_("s_memrealtime", OP {
  ws64(w, o.d, vg_now_ns() / 40);
});
R_(
    "s_set_gpr_idx_on",
    OP {
      w.gidx = 0x100 | (o.w0 >> 8 & 15);
      w.s[124] = (w.s[124] & ~0xf0ffu) | (rs(w, o.s[0]) & 0xff) | (o.w0 >> 8 & 15) << 12;
    },
    SH_ND);
R_(
    "s_set_gpr_idx_off",
    OP {
      w.gidx = 0;
    },
    SH_ND);
R_(
    "s_set_gpr_idx_mode",
    OP {
      w.gidx = (w.gidx & 0x100) | (o.w0 & 15);
      w.s[124] = (w.s[124] & ~0xf000u) | (o.w0 & 15) << 12;
    },
    SH_ND);
R_(
    "s_set_gpr_idx_idx",
    OP {
      w.s[124] = (w.s[124] & ~0xffu) | (rs(w, o.s[0]) & 0xff);
    },
    SH_ND);
