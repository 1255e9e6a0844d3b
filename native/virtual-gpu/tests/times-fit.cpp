// times-fit LAUNCHES: fits Combination's constants (time-constants.h) on what `times --launches` wrote for the R9 Nano's products, and says
// the error by three-fold cross-validation over the rows (folds by a hash of the key).
#include "../src/time-combine.h"
#include "times.h"
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

using timing::Combination;
using timing::Totals;

struct Measured {
  std::string key;
  double microseconds;
  std::vector<Totals> launches;
};

// What is fitted, and how far it may go.
struct Parameter {
  const char* name;
  double Combination::* value;
  double low, high;
};
static const Parameter PARAMETERS[] = {
    {"valu", &Combination::valu, .8, 1},
    {"norm", &Combination::norm, 1.5, 4},
    {"latency", &Combination::latency, .3, 1.5},
    {"camping", &Combination::camping, 0, 1},
    {"dram", &Combination::dram, .8, 1.08},
    {"code", &Combination::code, 0, .4},
    {"synchronous", &Combination::synchronous, 8, 16},
    {"following", &Combination::following, 0, 8},
};

static std::vector<Measured> read(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::map<std::string, size_t> column;
  std::vector<Measured> rows;
  while (std::getline(file, line)) {
    std::vector<std::string> f;
    std::stringstream parts(line);
    for (std::string part; std::getline(parts, part, '\t');) f.push_back(part);
    if (f[0] == "row") {
      for (size_t i = 0; i < f.size(); i++) column[f[i]] = i;
      continue;
    }
    if (rows.empty() || rows.back().key != f[0]) rows.push_back({f[0], atof(f[1].c_str()), {}});
    auto get = [&](const char* name) {
      return atof(f[column.at(name)].c_str());
    };
    Totals t;
    t.groups = get("groups"), t.waves = get("waves"), t.resident = get("resident"), t.valu = get("valu"), t.scalar = get("scalar");
    t.lds = get("lds"), t.address = get("address"), t.l1_misses = get("l1_misses"), t.written_lines = get("written_lines");
    t.atomic_lines = get("atomic_lines"), t.l2_requests = get("l2_requests"), t.dram_lines = get("dram_lines"), t.camping = get("camping");
    t.own = get("own"), t.waited = get("waited"), t.code_lines = get("code_lines");
    rows.back().launches.push_back(t);
  }
  return rows;
}

static double modelled(const Measured& row, const Combination& c) {
  const timing::Chip& fiji = *std::find_if(std::begin(timing::CHIPS), std::end(timing::CHIPS), [](auto& chip) {
    return !strcmp(chip.option, "fiji");
  });
  double sum = c.synchronous + (row.launches.size() - 1) * c.following;
  for (auto& launch : row.launches) sum += timing::combine(launch, fiji, c).body;
  return sum;
}

static double loss(const std::vector<const Measured*>& rows, const Combination& c) {
  double sum = 0;
  for (auto row : rows) {
    double l = std::log(modelled(*row, c) / row->microseconds);
    sum += std::min(l * l, 1.0);
  }
  return sum;
}

// Coordinate descent with halving steps.
static Combination fit(const std::vector<const Measured*>& rows) {
  Combination best = timing::COMBINATION;
  double least = loss(rows, best);
  for (double step = .25; step > .002; step /= 2)
    for (bool better = true; better;) {
      better = false;
      for (auto& p : PARAMETERS)
        for (int sign : {-1, 1}) {
          Combination c = best;
          double& value = c.*p.value;
          value = std::max(p.low, std::min(p.high, value + sign * step * (p.high - p.low)));
          double now = loss(rows, c);
          if (now < least - 1e-9) {
            least = now;
            best = c;
            better = true;
          }
        }
    }
  return best;
}

static void print(const char* what, const Combination& c) {
  printf("%s:", what);
  for (auto& p : PARAMETERS) printf(" %s %.3f", p.name, c.*p.value);
  printf("\n");
}

static uint32_t hash(const std::string& key) { // FNV-1a
  uint32_t h = 2166136261u;
  for (unsigned char c : key) h = (h ^ c) * 16777619u;
  return h ^ h >> 16;
}

static void judge(const char* what, const std::vector<const Measured*>& rows, const std::vector<Combination>& by) {
  std::vector<double> errors, logarithms;
  for (size_t i = 0; i < rows.size(); i++) {
    double ratio = modelled(*rows[i], by[i]) / rows[i]->microseconds;
    errors.push_back(std::fabs(ratio - 1));
    logarithms.push_back(log_ratio(ratio));
  }
  printf("%s: ", what);
  summary(errors, logarithms);
}

int main(int argc, char** argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: times-fit LAUNCHES\n");
    return 2;
  }
  std::vector<Measured> rows = read(argv[1]);
  constexpr int FOLDS = 3;
  std::vector<const Measured*> all, held;
  std::vector<Combination> by;
  for (auto& row : rows) all.push_back(&row);
  for (int fold = 0; fold < FOLDS; fold++) {
    std::vector<const Measured*> others;
    for (auto row : all)
      if ((int)(hash(row->key) % FOLDS) != fold) others.push_back(row);
    Combination c = fit(others);
    print("fold", c);
    for (auto row : all)
      if ((int)(hash(row->key) % FOLDS) == fold) {
        held.push_back(row);
        by.push_back(c);
      }
  }
  judge("cross-validated", held, by);
  Combination c = fit(all);
  print("all rows", c);
  judge("all rows", all, std::vector<Combination>(all.size(), c));
  judge("present constants", all, std::vector<Combination>(all.size(), timing::COMBINATION));
  return 0;
}
