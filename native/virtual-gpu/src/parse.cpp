// From LLVM's disassembly text to operands and modifiers.
#include "operands.h"
#include "time-constants.h"

static void unimpl(Wave& w, const Op& o) { vg_fatal(&w, &o, "instruction not implemented"); }
static bool special(const string& t, Opd& o) {
  static const std::unordered_map<string, std::pair<int, int>> m = {{"vcc", {106, 2}},
                                                                    {"vcc_lo", {106, 1}},
                                                                    {"vcc_hi", {107, 1}},
                                                                    {"exec", {126, 2}},
                                                                    {"exec_lo", {126, 1}},
                                                                    {"exec_hi", {127, 1}},
                                                                    {"m0", {124, 1}},
                                                                    {"flat_scratch", {102, 2}},
                                                                    {"flat_scratch_lo", {102, 1}},
                                                                    {"flat_scratch_hi", {103, 1}},
                                                                    {"xnack_mask", {104, 2}},
                                                                    {"xnack_mask_lo", {104, 1}},
                                                                    {"xnack_mask_hi", {105, 1}},
                                                                    {"tba", {108, 2}},
                                                                    {"tba_lo", {108, 1}},
                                                                    {"tba_hi", {109, 1}},
                                                                    {"tma", {110, 2}},
                                                                    {"tma_lo", {110, 1}},
                                                                    {"tma_hi", {111, 1}}};
  auto i = m.find(t);
  if (i != m.end()) {
    o.kind = K_S;
    o.idx = i->second.first;
    o.n = i->second.second;
    return true;
  }
  if (t == "scc" || t == "src_scc") {
    o.kind = K_SCC;
    return true;
  }
  if (t == "vccz" || t == "src_vccz") {
    o.kind = K_VCCZ;
    return true;
  }
  if (t == "execz" || t == "src_execz") {
    o.kind = K_EXECZ;
    return true;
  }
  return false;
}
static bool parseOpd(string t, Opd& o) {
  o = Opd();
  for (;;) { // modifiers
    if (t.size() > 1 && t[0] == '-' && (t[1] == 'v' || t[1] == 's' || t[1] == '|' || t[1] == 'm' || t[1] == 'e' || t[1] == 't')) {
      o.neg ^= 1;
      t = t.substr(1);
    } else if (t.size() > 2 && t[0] == '|' && t.back() == '|') {
      o.abs = 1;
      t = t.substr(1, t.size() - 2);
    } else if (t.rfind("neg(", 0) == 0) {
      o.neg ^= 1;
      t = t.substr(4, t.size() - 5);
    } else if (t.rfind("abs(", 0) == 0) {
      o.abs = 1;
      t = t.substr(4, t.size() - 5);
    } else if (t.rfind("sext(", 0) == 0) {
      o.sext = 1;
      t = t.substr(5, t.size() - 6);
    } else
      break;
  }
  if (t == "off" || t == "null") {
    o.kind = K_NONE;
    return true;
  }
  if (special(t, o)) return true;
  if ((t[0] == 'v' || t[0] == 's') && t.size() > 1 && (isdigit(t[1]) || t[1] == '[')) {
    o.kind = t[0] == 'v' ? K_V : K_S;
    if (t[1] == '[') {
      int a = 0, b = 0;
      int k = sscanf(t.c_str() + 2, "%d:%d", &a, &b);
      o.idx = a;
      o.n = k == 2 ? b - a + 1 : 1;
    } else {
      o.idx = atoi(t.c_str() + 1);
      o.n = 1;
    }
    return true;
  }
  if (t.rfind("ttmp", 0) == 0) {
    o.kind = K_S;
    int a = 0;
    sscanf(t.c_str() + (t[4] == '[' ? 5 : 4), "%d", &a);
    o.idx = 112 + a;
    return true;
  }
  if (isdigit(t[0]) || t[0] == '-' || t[0] == '.') {
    o.kind = K_IMM;
    bool hex = t.find("0x") != string::npos;
    if (!hex && t.find('.') != string::npos) {
      double d = strtod(t.c_str(), nullptr);
      o.imm = fb((float)d);
      o.imm16 = half((float)d);
      o.imm64 = o.immd = db(d);
      if (t.rfind("0.15915494", 0) == 0) {
        o.imm64 = o.immd = 0x3fc45f306dc9c882ull;
        o.imm16 = 0x3118;
        o.imm = 0x3e22f983;
      }
    } else {
      bool ng = t[0] == '-';
      uint64_t v = strtoull(t.c_str() + ng, nullptr, 0);
      if (ng) v = 0 - v;
      o.imm = (uint32_t)v;
      o.imm16 = (uint16_t)v;
      o.imm64 = v;
      o.immd = (hex && v <= 0xffffffffull) ? v << 32 : v;
    }
    return true;
  }
  return false;
}
static string rtrim(string s) {
  while (!s.empty() && isspace((unsigned char)s.back())) s.pop_back();
  size_t i = 0;
  while (i < s.size() && isspace((unsigned char)s[i])) i++;
  return s.substr(i);
}
static bool ends(string& s, const char* e) {
  size_t n = strlen(e);
  if (s.size() > n && s.compare(s.size() - n, n, e) == 0) {
    s.resize(s.size() - n);
    return true;
  }
  return false;
}

void vg_parse(Op* op, const char* text) {
  string t = rtrim(text);
  snprintf(op->text, sizeof op->text, "%s", t.c_str());
  size_t sp = t.find_first_of(" \t");
  string mn = t.substr(0, sp), rest = sp == string::npos ? "" : rtrim(t.substr(sp));
  bool sdwa = ends(mn, "_sdwa"), dpp = ends(mn, "_dpp");
  if (!sdwa && !dpp) ends(mn, "_e32") || ends(mn, "_e64");
  auto it = vg_table().find(mn);
  if (it == vg_table().end()) {
    op->fn = unimpl;
    return;
  }
  op->fn = it->second.fn;
  if (!it->second.cost) it->second.cost = timing::classify(mn);
  op->cost = *it->second.cost;
  op->valu = op->cost.unit == timing::VALU ? op->cost.cycles / timing::CYCLES_FULL_RATE : 0;
  if (op->fn == vg_nop) return;
  std::vector<Opd> ops;
  int depth = 0;
  string cur;
  std::vector<string> parts;
  for (char c : rest) {
    if (c == '[' || c == '(') depth++;
    if (c == ']' || c == ')') depth--;
    if (c == ',' && depth == 0) {
      parts.push_back(rtrim(cur));
      cur.clear();
    } else
      cur += c;
  }
  if (!rtrim(cur).empty()) parts.push_back(rtrim(cur));
  for (auto& p : parts) {
    std::vector<string> wd;
    string c;
    int dp = 0;
    for (char ch : p) {
      if (ch == '[' || ch == '(') dp++;
      if (ch == ']' || ch == ')') dp--;
      if (ch == ' ' && dp == 0) {
        if (!c.empty()) wd.push_back(c);
        c.clear();
      } else
        c += ch;
    }
    if (!c.empty()) wd.push_back(c);
    for (size_t k = 0; k < wd.size(); k++) {
      string& x = wd[k];
      size_t col = x.find(':');
      if (k == 0) {
        Opd o;
        if (x.rfind("hwreg", 0) == 0 || x.rfind("gpr_idx", 0) == 0) {
          ops.push_back(Opd());
          continue;
        }
        if (parseOpd(x, o)) {
          ops.push_back(o);
          continue;
        }
      }
      if (x == "glc")
        op->glc = 1;
      else if (x == "offen")
        op->offen = 1;
      else if (x == "idxen")
        op->idxen = 1;
      else if (x == "lds")
        op->ldsf = 1;
      else if (x == "clamp")
        op->clamp = 1;
      else if (x == "slc" || x == "tfe" || x == "gds") {
      } else if (col != string::npos) {
        string key = x.substr(0, col), val = x.substr(col + 1);
        if (key == "offset")
          op->offset = strtoul(val.c_str(), nullptr, 0);
        else if (key == "offset0")
          op->offset = strtoul(val.c_str(), nullptr, 0);
        else if (key == "offset1")
          op->offset1 = strtoul(val.c_str(), nullptr, 0);
        else if (key == "mul")
          op->omod = val == "2" ? 1 : 2;
        else if (key == "div")
          op->omod = 3;
        else if (key == "dst_sel" || key == "dst_unused" || key == "src0_sel" || key == "src1_sel" || key == "quad_perm" ||
                 key == "row_shl" || key == "row_shr" || key == "row_ror" || key == "wave_shl" || key == "wave_shr" || key == "wave_rol" ||
                 key == "wave_ror" || key == "row_bcast" || key == "row_mask" || key == "bank_mask" || key == "bound_ctrl") {
        } else {
          op->fn = unimpl;
          return;
        }
      } else if (x == "row_mirror" || x == "row_half_mirror") {
      } else {
        op->fn = unimpl;
        return;
      }
    }
  }
  size_t i = 0;
  op->nops = ops.size();
  if (it->second.sh == SH_D || it->second.sh == SH_DD) {
    if (ops.size() > i) op->d = ops[i++];
  }
  if (it->second.sh == SH_DD) {
    if (ops.size() > i) op->d2 = ops[i++];
  }
  for (int k = 0; i < ops.size() && k < 4; k++) op->s[k] = ops[i++];
  // implicit VCC operands that the text leaves out
  if (sdwa) {
    op->inner = op->fn;
    op->fn = vg_sdwa;
  }
  if (dpp) {
    op->inner = op->fn;
    op->fn = vg_dpp;
  }
}
