// Sub-dword access (SDWA), lane permutation (DPP) and VGPR indexing around other instructions.
#include "operands.h"

static inline uint32_t sel(uint32_t x, int s, bool sx) {
  switch (s) {
  case 0:
  case 1:
  case 2:
  case 3: {
    uint32_t b = x >> (8 * s) & 255;
    return sx ? (uint32_t)(int8_t)b : b;
  }
  case 4:
  case 5: {
    uint32_t b = x >> (16 * (s - 4)) & 0xffff;
    return sx ? (uint32_t)(int16_t)b : b;
  }
  default: return x;
  }
}
void vg_sdwa(Wave& w, const Op& o) {
  Op q = o;
  q.fn = o.inner;
  uint32_t e = o.w1;
  bool vopc = strncmp(o.text, "v_cmp", 5) == 0;
  int s0 = e >> 16 & 7, s1 = e >> 24 & 7;
  bool x0 = e >> 19 & 1, x1 = e >> 27 & 1;
  AL uint32_t t[64];
  for (int k = 0; k < 2; k++) {
    Opd& p = q.s[k];
    if (p.kind != K_V) continue;
    int sl = k ? s1 : s0;
    bool sx = k ? x1 : x0;
    if (sl == 6) continue;
    const uint32_t* a = U(w, p, t);
    uint32_t* d = w.v + (w.nv + k) * 64;
    L64 d[i] = sel(a[i], sl, sx);
    p.idx = w.nv + k;
  }
  if (vopc) {
    q.fn(w, q);
    return;
  }
  int ds = e >> 8 & 7, du = e >> 11 & 3;
  if (ds == 6) {
    q.fn(w, q);
    return;
  }
  uint32_t *real = w.v + o.d.idx * 64, *tmp = w.v + (w.nv + 2) * 64;
  memcpy(tmp, real, 256);
  q.d.idx = w.nv + 2;
  q.fn(w, q);
  AL uint32_t r[64];
  int sh = ds < 4 ? 8 * ds : 16 * (ds - 4);
  uint32_t msk = (ds < 4 ? 0xffu : 0xffffu);
  L64 {
    uint32_t v = tmp[i] & msk, x;
    if (du == 2)
      x = (real[i] & ~(msk << sh)) | v << sh;
    else if (du == 1) {
      x = (ds < 4 ? (uint32_t)(int8_t)v : (uint32_t)(int16_t)v) << sh;
    } else
      x = v << sh;
    r[i] = x;
  }
  put32(w, o.d, r);
}
void vg_dpp(Wave& w, const Op& o) {
  Op q = o;
  q.fn = o.inner;
  uint32_t e = o.w1, c = e >> 8 & 0x1ff;
  bool bc = e >> 19 & 1;
  uint32_t bm = e >> 24 & 15, rm = e >> 28 & 15;
  uint64_t ex = w.exec(), en = 0;
  AL uint32_t t[64];
  const uint32_t* a = U(w, o.s[0], t);
  uint32_t* d = w.v + (w.nv + 3) * 64;
  AL uint32_t tt[64];
  L64 {
    int row = i & ~15, k = i & 15, j = -1;
    if (c <= 0xff)
      j = (i & ~3) | (c >> (2 * (i & 3)) & 3);
    else if (c >= 0x101 && c <= 0x10f) {
      int n = k + (int)(c & 15);
      j = n < 16 ? row | n : -1;
    } // row_shl
    else if (c >= 0x111 && c <= 0x11f) {
      int n = k - (int)(c & 15);
      j = n >= 0 ? row | n : -1;
    } // row_shr
    else if (c >= 0x121 && c <= 0x12f)
      j = row | ((k - (int)(c & 15)) & 15); // row_ror
    else if (c == 0x130)
      j = i < 63 ? i + 1 : -1;
    else if (c == 0x134)
      j = (i + 1) & 63;
    else if (c == 0x138)
      j = i - 1;
    else if (c == 0x13c)
      j = (i - 1) & 63;
    else if (c == 0x140)
      j = row | (15 - k);
    else if (c == 0x141)
      j = (i & ~7) | (7 - (i & 7));
    else if (c == 0x142)
      j = row ? row - 1 : -1;
    else if (c == 0x143)
      j = i >= 32 ? 31 : -1;
    else
      vg_fatal(&w, &o, "dpp_ctrl 0x%x", c);
    bool ok = j >= 0 && (ex >> j & 1), dis = !(rm >> (i >> 4) & 1) || !(bm >> ((i >> 2) & 3) & 1);
    tt[i] = ok ? a[j] : 0;
    if (!dis && (ok || bc)) en |= 1ull << i;
  }
  memcpy(d, tt, 256);
  q.s[0].idx = w.nv + 3;
  q.s[0].kind = K_V;
  w.exec() = ex & en;
  q.fn(w, q);
  if (strncmp(o.text, "v_cmpx", 6)) w.exec() = ex;
}
void vg_indexed(Wave& w, const Op& o) {
  if (!o.valu) {
    o.fn(w, o);
    return;
  }
  Op q = o;
  uint32_t ix = w.s[124] & 0xff;
  for (int k = 0; k < 3; k++)
    if ((w.gidx >> k & 1) && q.s[k].kind == K_V) q.s[k].idx += ix;
  if ((w.gidx & 8) && q.d.kind == K_V) {
    bool mac = strncmp(o.text, "v_mac", 5) == 0;
    (void)mac;
    q.d.idx += ix;
  }
  q.fn(w, q);
}
