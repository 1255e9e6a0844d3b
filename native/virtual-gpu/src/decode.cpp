// Decoding through LLVM's own disassembler, loaded privately.

#include "isa.h"
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
void vg_parse(Op* op, const char* text);
static int (*pOne)(const uint8_t*, uint64_t, char*, int);
static std::mutex dmu;
static void init() {
  if (pOne) return;
  Dl_info di;
  std::string dir;
  if (dladdr((void*)&vg_parse, &di) && di.dli_fname) {
    dir = di.dli_fname;
    size_t s = dir.rfind('/');
    dir = s == std::string::npos ? "" : dir.substr(0, s + 1);
  }
  void* h = dlopen((dir + "libvgpudis.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!h) vg_fatal(nullptr, nullptr, "cannot load libvgpudis.so: %s", dlerror());
  if (!((int (*)())dlsym(h, "vgd_init"))()) vg_fatal(nullptr, nullptr, "no AMDGPU disassembler");
  pOne = (decltype(pOne))dlsym(h, "vgd_one");
}
Op* vg_decode(CodeObj* co, uint32_t pc) {
  std::lock_guard<std::mutex> g(dmu);
  init();
  if (pc >= co->code.size()) vg_fatal(nullptr, nullptr, "pc outside the code object");
  if (co->code[pc]) return co->code[pc];
  Op* first = nullptr;
  char buf[512];
  for (int k = 0; k < 64 && pc < co->code.size(); k++) {
    if (co->code[pc]) break;
    uint8_t* p = co->image + 4ull * pc;
    uint64_t left = co->size - 4ull * pc;
    size_t n = pOne(p, left, buf, sizeof buf);
    if (n == 0) {
      if (!first) vg_fatal(nullptr, nullptr, "cannot decode %08x at 0x%x", *(uint32_t*)p, pc * 4);
      break;
    }
    Op* o = new Op();
    o->size = n / 4;
    memcpy(&o->w0, p, 4);
    if (n >= 8) memcpy(&o->w1, p + 4, 4);
    vg_parse(o, buf);
    __atomic_store_n(&co->code[pc], o, __ATOMIC_RELEASE);
    if (!first) first = o;
    bool stop = strncmp(o->text, "s_endpgm", 8) == 0 || strncmp(o->text, "s_setpc", 7) == 0 || strncmp(o->text, "s_branch", 8) == 0;
    pc += o->size;
    if (stop) break;
  }
  return first;
}
