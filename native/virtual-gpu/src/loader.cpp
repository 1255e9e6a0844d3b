// Code objects: offload bundles, ELF, kernel metadata.
#include "isa.h"
#include "time-addresses.h"
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <elf.h>
#include <map>
#include <memory>
#include <sys/mman.h>
#include <thread>
#include <dlfcn.h>
using std::string;
void vg_add_range(const void*, uint64_t);

// ---------- msgpack
struct MV {
  int t = 0;
  uint64_t u = 0;
  string s;
  std::vector<MV> a;
  std::vector<std::pair<MV, MV>> m; // 0 nil 1 int 2 str 3 arr 4 map
  const MV* get(const char* k) const {
    for (auto& p : m)
      if (p.first.s == k) return &p.second;
    return nullptr;
  }
};
struct MP {
  const uint8_t *p, *e;
  uint64_t be(int n) {
    uint64_t r = 0;
    while (n-- && p < e) r = r << 8 | *p++;
    return r;
  }
  MV str(size_t n) {
    MV v;
    v.t = 2;
    if (n > (size_t)(e - p)) n = e - p;
    v.s.assign((const char*)p, n);
    p += n;
    return v;
  }
  MV arr(size_t n) {
    MV v;
    v.t = 3;
    while (n-- && p < e) v.a.push_back(val());
    return v;
  }
  MV map(size_t n) {
    MV v;
    v.t = 4;
    while (n-- && p < e) {
      MV k = val();
      v.m.emplace_back(k, val());
    }
    return v;
  }
  MV num(uint64_t x) {
    MV v;
    v.t = 1;
    v.u = x;
    return v;
  }
  MV val() {
    if (p >= e) return MV();
    uint8_t c = *p++;
    if (c < 0x80) return num(c);
    if (c < 0x90) return map(c & 15);
    if (c < 0xa0) return arr(c & 15);
    if (c < 0xc0) return str(c & 31);
    if (c >= 0xe0) return num((uint64_t)(int8_t)c);
    switch (c) {
    case 0xc2: return num(0);
    case 0xc3: return num(1);
    case 0xc4:
    case 0xd9: return str(be(1));
    case 0xc5:
    case 0xda: return str(be(2));
    case 0xc6:
    case 0xdb: return str(be(4));
    case 0xca: return num(be(4));
    case 0xcb: return num(be(8));
    case 0xcc: return num(be(1));
    case 0xcd: return num(be(2));
    case 0xce: return num(be(4));
    case 0xcf: return num(be(8));
    case 0xd0: return num((uint64_t)(int8_t)be(1));
    case 0xd1: return num((uint64_t)(int16_t)be(2));
    case 0xd2: return num((uint64_t)(int32_t)be(4));
    case 0xd3: return num(be(8));
    case 0xdc: return arr(be(2));
    case 0xdd: return arr(be(4));
    case 0xde: return map(be(2));
    case 0xdf: return map(be(4));
    }
    return MV();
  }
};
// ---------- bundles
static bool isElf(const void* d) { return memcmp(d, "\177ELF", 4) == 0; }
size_t vg_code_size(const void* data) { // size of an ELF or bundle given only a pointer
  const uint8_t* b = (const uint8_t*)data;
  if (isElf(b)) {
    const Elf64_Ehdr* h = (const Elf64_Ehdr*)b;
    uint64_t n = h->e_shoff + (uint64_t)h->e_shentsize * h->e_shnum;
    const Elf64_Phdr* ph = (const Elf64_Phdr*)(b + h->e_phoff);
    for (int i = 0; i < h->e_phnum; i++)
      if (ph[i].p_offset + ph[i].p_filesz > n) n = ph[i].p_offset + ph[i].p_filesz;
    return n;
  }
  if (!memcmp(b, "__CLANG_OFFLOAD_BUNDLE__", 24)) {
    uint64_t n = *(uint64_t*)(b + 24), mx = 0;
    const uint8_t* p = b + 32;
    for (uint64_t i = 0; i < n; i++) {
      uint64_t o = *(uint64_t*)p, s = *(uint64_t*)(p + 8), l = *(uint64_t*)(p + 16);
      p += 24 + l;
      if (o + s > mx) mx = o + s;
    }
    return mx;
  }
  if (!memcmp(b, "CCOB", 4)) {
    uint16_t v = *(uint16_t*)(b + 4);
    if (v == 2) return *(uint32_t*)(b + 8);
    if (v >= 3) return *(uint64_t*)(b + 8);
    return 0;
  }
  return 0;
}
static const void* pick(const void* data, size_t size, size_t& out, string& err, std::vector<uint8_t>& hold) {
  const uint8_t* b = (const uint8_t*)data;
  if (isElf(b)) {
    out = size;
    return b;
  }
  if (!memcmp(b, "CCOB", 4)) { // compressed bundle: zstd
    uint16_t v = *(uint16_t*)(b + 4), me = *(uint16_t*)(b + 6);
    uint64_t tot, un;
    const uint8_t* z;
    if (v == 2) {
      tot = *(uint32_t*)(b + 8);
      un = *(uint32_t*)(b + 12);
      z = b + 24;
    } else if (v == 3) {
      tot = *(uint64_t*)(b + 8);
      un = *(uint64_t*)(b + 16);
      z = b + 32;
    } else {
      err = "CCOB version";
      return nullptr;
    }
    if (me != 1) {
      err = "CCOB method is not zstd";
      return nullptr;
    }
    void* h = dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!h) {
      err = "no libzstd";
      return nullptr;
    }
    auto dec = (size_t (*)(void*, size_t, const void*, size_t))dlsym(h, "ZSTD_decompress");
    hold.resize(un);
    size_t r = dec(hold.data(), un, z, tot - (z - b));
    if (r != un) {
      err = "zstd";
      return nullptr;
    }
    std::vector<uint8_t> none;
    return pick(hold.data(), un, out, err, none);
  }
  if (memcmp(b, "__CLANG_OFFLOAD_BUNDLE__", 24)) {
    err = "neither an ELF nor an offload bundle";
    return nullptr;
  }
  uint64_t n = *(uint64_t*)(b + 24);
  const uint8_t* p = b + 32;
  string have;
  for (uint64_t i = 0; i < n; i++) {
    uint64_t o = *(uint64_t*)p, s = *(uint64_t*)(p + 8), l = *(uint64_t*)(p + 16);
    string id((const char*)p + 24, l);
    p += 24 + l;
    if (id.find("amdgcn") != string::npos && id.size() >= 6 && id.substr(id.size() - 6) == "gfx803" && s) {
      out = s;
      return b + o;
    }
    have += " " + id;
  }
  err = "no gfx803 code object in the bundle (has:" + have + ")";
  return nullptr;
}
CodeObj* vg_load(const void* data, size_t size, string& err) {
  if (!size) size = vg_code_size(data);
  size_t es = 0;
  std::vector<uint8_t> hold;
  const uint8_t* e = (const uint8_t*)pick(data, size, es, err, hold);
  if (!e) return nullptr;
  std::unique_ptr<CodeObj> co(new CodeObj);
  co->file.assign(e, e + es);
  const uint8_t* f = co->file.data();
  const Elf64_Ehdr* h = (const Elf64_Ehdr*)f;
  if (!isElf(f) || h->e_machine != 224) {
    err = "not an AMDGPU ELF";
    return nullptr;
  }
  if ((h->e_flags & 0xff) != 0x2a) {
    char t[64];
    snprintf(t, sizeof t, "code object is for mach 0x%x, not gfx803", h->e_flags & 0xff);
    err = t;
    return nullptr;
  }
  const Elf64_Phdr* ph = (const Elf64_Phdr*)(f + h->e_phoff);
  uint64_t hi = 0;
  for (int i = 0; i < h->e_phnum; i++)
    if (ph[i].p_type == PT_LOAD && ph[i].p_vaddr + ph[i].p_memsz > hi) hi = ph[i].p_vaddr + ph[i].p_memsz;
  co->size = (hi + 4095) & ~4095ull;
  co->image = (uint8_t*)mmap(nullptr, co->size + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  vg_add_range(co->image, co->size + 4096);
  timing::map_code(co->image, co->size + 4096);
  for (int i = 0; i < h->e_phnum; i++)
    if (ph[i].p_type == PT_LOAD) memcpy(co->image + ph[i].p_vaddr, f + ph[i].p_offset, ph[i].p_filesz);
  co->code.assign(co->size / 4, nullptr);
  const Elf64_Shdr* sh = (const Elf64_Shdr*)(f + h->e_shoff);
  const MV* K = nullptr;
  MV root;
  for (int i = 0; i < h->e_shnum; i++) {
    const Elf64_Shdr& s = sh[i];
    if (s.sh_type == SHT_DYNSYM || s.sh_type == SHT_SYMTAB) {
      const char* st = (const char*)f + sh[s.sh_link].sh_offset;
      const Elf64_Sym* y = (const Elf64_Sym*)(f + s.sh_offset);
      for (uint64_t k = 0; k < s.sh_size / sizeof(Elf64_Sym); k++)
        if (y[k].st_shndx != SHN_UNDEF && y[k].st_name)
          co->syms.push_back({st + y[k].st_name, y[k].st_value, y[k].st_size, (uint8_t)(y[k].st_info & 15)});
    }
    if (s.sh_type == SHT_NOTE) {
      const uint8_t *p = f + s.sh_offset, *q = p + s.sh_size;
      while (p + 12 <= q) {
        uint32_t nn = *(uint32_t*)p, dn = *(uint32_t*)(p + 4), ty = *(uint32_t*)(p + 8);
        const uint8_t* d = p + 12 + ((nn + 3) & ~3u);
        if (ty == 32 && nn >= 6 && !memcmp(p + 12, "AMDGPU", 6)) {
          MP mp{d, d + dn};
          root = mp.val();
          K = root.get("amdhsa.kernels");
        }
        p = d + ((dn + 3) & ~3u);
      }
    }
  }
  for (int i = 0; i < h->e_shnum; i++)
    if (sh[i].sh_type == SHT_RELA && sh[i].sh_addr) { // dynamic relocations
      const Elf64_Rela* r = (const Elf64_Rela*)(f + sh[i].sh_offset);
      const Elf64_Shdr& ss = sh[sh[i].sh_link];
      const Elf64_Sym* y = (const Elf64_Sym*)(f + ss.sh_offset);
      for (uint64_t k = 0; k < sh[i].sh_size / sizeof(Elf64_Rela); k++) {
        uint32_t ty = ELF64_R_TYPE(r[k].r_info), sy = ELF64_R_SYM(r[k].r_info);
        uint64_t S = sy ? (uint64_t)co->image + y[sy].st_value : 0;
        uint8_t* P = co->image + r[k].r_offset;
        uint64_t A = r[k].r_addend;
        switch (ty) {
        case 13: *(uint64_t*)P = (uint64_t)co->image + A; break;
        case 3: *(uint64_t*)P = S + A; break;
        case 1: *(uint32_t*)P = (uint32_t)(S + A); break;
        case 2: *(uint32_t*)P = (uint32_t)((S + A) >> 32); break;
        case 6: *(uint32_t*)P = (uint32_t)(S + A); break;
        default: fprintf(stderr, "vgpu: relocation type %u ignored\n", ty);
        }
      }
    }
  // kernels: every NAME.kd symbol
  std::map<string, bool> seen;
  for (auto& s : co->syms) {
    if (s.name.size() < 4 || s.name.substr(s.name.size() - 3) != ".kd" || seen[s.name]) continue;
    seen[s.name] = true;
    Kernel* k = new Kernel;
    k->co = co.get();
    k->name = s.name.substr(0, s.name.size() - 3);
    const uint8_t* d = co->image + s.addr;
    k->lds = *(uint32_t*)d;
    k->priv = *(uint32_t*)(d + 4);
    k->kernarg = *(uint32_t*)(d + 8);
    k->entry = (uint32_t)(s.addr + *(int64_t*)(d + 16));
    k->rsrc1 = *(uint32_t*)(d + 48);
    k->rsrc2 = *(uint32_t*)(d + 52);
    k->props = *(uint16_t*)(d + 56);
    if (K)
      for (auto& m : K->a) {
        auto* sy = m.get(".symbol");
        if (!sy || sy->s != s.name) continue;
        if (auto* x = m.get(".kernarg_segment_size")) k->kernarg = (uint32_t)x->u;
        if (auto* x = m.get(".uses_dynamic_stack")) k->dynStack = x->u;
        if (auto* x = m.get(".max_flat_workgroup_size")) k->maxWg = (uint32_t)x->u;
        if (auto* x = m.get(".group_segment_fixed_size")) k->lds = (uint32_t)x->u;
        if (auto* x = m.get(".private_segment_fixed_size")) k->priv = (uint32_t)x->u;
        if (auto* x = m.get(".args"))
          for (auto& a : x->a) {
            ArgInfo ai{};
            if (auto* y = a.get(".offset")) ai.off = (uint32_t)y->u;
            if (auto* y = a.get(".size")) ai.size = (uint32_t)y->u;
            if (auto* y = a.get(".value_kind")) ai.kind = y->s;
            k->args.push_back(ai);
          }
      }
    co->kernels.push_back(k);
  }
  return co.release();
}
Kernel* vg_kernel(CodeObj* co, const string& n) {
  string b = n;
  if (b.size() > 3 && b.substr(b.size() - 3) == ".kd") b.resize(b.size() - 3);
  for (auto* k : co->kernels)
    if (k->name == b) return k;
  return nullptr;
}
