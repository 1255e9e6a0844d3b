// times FILE [OPTION...]: what the time model says of rows whose times were measured on a card, in the format of
// ../measured/r9nano-sgemm.tsv (matrix products) or ../measured/measured.tsv (MIOpen's convolutions). ../times runs it on the card.
//   --launches OUT   every launch of every row with its counts, for times-fit; OUT stands in the present directory or the table's
//   --shortest N     only the N rows that took the least time
//   --longest MS     only rows that took at most so many milliseconds
//   --only TEXT      only rows whose key has this text, such as a solver's name
//   --tuned TABLE    parameters of MIOpen's solvers, in the format of ../measured/tuned.tsv.gz
//   --part I/N       only rows I, I + N, I + 2 N, ... (from 0)
// It ends with 1 where the rows that ran are worse than it is told:
//   --most-median X, --most-90th X, --most-deviation X   of the errors, as shares, and of ln(modelled/measured)
//   --fewest-rows N  fewer rows than so many ran
#include "times.h"
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <map>

template <class F> static F entry(const char* name) {
  F f = (F)dlsym(RTLD_DEFAULT, name);
  if (!f) {
    fprintf(stderr, "times: this is not the virtual GPU's libamdhip64: run it with native/virtual-gpu/times\n");
    exit(2);
  }
  return f;
}

static std::vector<std::string> split(const std::string& line, char at) {
  std::vector<std::string> parts(1);
  for (char c : line)
    if (c == at)
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

struct Table {
  std::vector<Row> rows;
  bool products;
};

static Table read(const char* path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) {
    fprintf(stderr, "times: %s cannot be read or is empty\n", path);
    exit(2);
  }
  Table table;
  auto head = split(line, '\t');
  table.products = head[0] == "kind";
  if (!table.products && head[0] != "solver") {
    fprintf(stderr, "times: %s: its first line begins with '%s', neither with 'kind' nor with 'solver'\n", path, head[0].c_str());
    exit(2);
  }
  while (std::getline(file, line)) {
    auto f = split(line, '\t');
    if (f.size() < (table.products ? 7u : 3u)) {
      fprintf(stderr, "times: %s: a row of %zu columns: %s\n", path, f.size(), line.c_str());
      exit(2);
    }
    Row row;
    row.fields = f;
    row.key = table.products ? f[0] + " " + f[1] + "," + f[2] + "," + f[3] + "," + f[4] : f[0] + " " + f[1];
    row.measured = table.products ? atof(f[6].c_str()) : 1000 * atof(f[2].c_str());
    table.rows.push_back(row);
  }
  return table;
}

static void give_parameters(Table& table, const char* path) {
  std::ifstream file(path);
  std::map<std::string, std::string> known;
  for (std::string line; std::getline(file, line);) {
    auto f = split(line, '\t');
    if (f.size() == 3) known[f[0] + " " + f[1]] = f[2];
  }
  for (Row& row : table.rows) row.parameters = known[row.key];
}

// What is asked of the rows that ran.
struct Limits {
  double median = INFINITY, nineties = INFINITY, deviation = INFINITY;
  size_t rows = 0;
};

// Whether they have it; says what they do not have.
static bool within(const Limits& limits, const std::vector<double>& errors, const std::vector<double>& logarithms) {
  bool good = true;
  auto most = [&](const char* what, double value, double limit) {
    if (value <= limit) return;
    printf("beyond its limit: %s is %.3f, at most %.3f is asked\n", what, value, limit);
    good = false;
  };
  if (errors.size() < limits.rows) {
    printf("too few rows ran: %zu, at least %zu are asked\n", errors.size(), limits.rows);
    good = false;
  }
  if (errors.empty()) return good;
  most("the median error", quantile(errors, .5), limits.median);
  most("the 90th percentile of the error", quantile(errors, .9), limits.nineties);
  most("the standard deviation of ln(modelled/measured)", deviation(logarithms), limits.deviation);
  return good;
}

int main(int argc, char** argv) {
  Limits limits;
  const char *path = nullptr, *launches = nullptr, *only = "", *tuned = nullptr;
  int part = 0, parts = 1;
  size_t shortest = ~0ull;
  double longest = INFINITY;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--launches") && i + 1 < argc)
      launches = argv[++i];
    else if (!strcmp(argv[i], "--shortest") && i + 1 < argc)
      shortest = strtoull(argv[++i], nullptr, 10);
    else if (!strcmp(argv[i], "--longest") && i + 1 < argc)
      longest = 1000 * atof(argv[++i]);
    else if (!strcmp(argv[i], "--only") && i + 1 < argc)
      only = argv[++i];
    else if (!strcmp(argv[i], "--tuned") && i + 1 < argc)
      tuned = argv[++i];
    else if (!strcmp(argv[i], "--most-median") && i + 1 < argc)
      limits.median = atof(argv[++i]);
    else if (!strcmp(argv[i], "--most-90th") && i + 1 < argc)
      limits.nineties = atof(argv[++i]);
    else if (!strcmp(argv[i], "--most-deviation") && i + 1 < argc)
      limits.deviation = atof(argv[++i]);
    else if (!strcmp(argv[i], "--fewest-rows") && i + 1 < argc)
      limits.rows = strtoull(argv[++i], nullptr, 10);
    else if (!strcmp(argv[i], "--part") && i + 1 < argc)
      sscanf(argv[++i], "%d/%d", &part, &parts);
    else
      path = argv[i];
  }
  if (!path || parts < 1) {
    fprintf(stderr, "usage: times FILE [--launches OUT] [--only TEXT] [--shortest N] [--longest MS] [--tuned TABLE] [--part I/N] "
                    "[--most-median X] [--most-90th X] [--most-deviation X] [--fewest-rows N]\n");
    return 2;
  }
  Table table = read(path);
  std::erase_if(table.rows, [&](const Row& row) {
    return row.key.find(only) == std::string::npos || row.measured > longest;
  });
  if (tuned && !table.products) give_parameters(table, tuned);
  if (shortest < table.rows.size()) {
    std::stable_sort(table.rows.begin(), table.rows.end(), [](auto& a, auto& b) {
      return a.measured < b.measured;
    });
    table.rows.resize(shortest);
  }
  auto log = entry<void (*)(const char*)>("vgpu_time_log");
  // The products were measured with kernels of 2018: see src/time-rocblas.cpp.
  if (table.products) entry<void (*)()>("vgpu_time_measured_rocblas")();
  std::ofstream all;
  if (launches) all.open(launches);
  std::vector<double> errors, logarithms;
  struct Kind {
    std::vector<double> errors, logarithms;
    size_t rows = 0;
  };
  std::map<std::string, Kind> kinds; // by solver, or by what of a product is transposed
  printf("modelled us\tmeasured us\tratio\trow\n");
  for (size_t i = part; i < table.rows.size(); i += parts) {
    Row& row = table.rows[i];
    Kind& kind = kinds[row.fields[0]];
    kind.rows++;
    std::string own = std::string(launches ? launches : "") + ".row";
    auto begin = [&] {
      if (launches) log(own.c_str());
    };
    Outcome outcome;
    std::string problem = table.products ? run_product(row, begin, outcome) : run_convolution(row, outcome);
    if (launches) log("");
    if (!problem.empty()) {
      printf("-\t%.2f\t-\t%s: %s\n", row.measured, row.key.c_str(), problem.c_str());
      fflush(stdout);
      continue;
    }
    double ratio = outcome.microseconds / row.measured;
    printf("%.2f\t%.2f\t%.3f\t%s%s%s\n", outcome.microseconds, row.measured, ratio, row.key.c_str(), row.parameters.empty() ? "" : " with ",
           row.parameters.c_str());
    fflush(stdout);
    errors.push_back(fabs(ratio - 1));
    logarithms.push_back(log_ratio(ratio));
    kind.errors.push_back(errors.back());
    kind.logarithms.push_back(logarithms.back());
    if (!launches) continue;
    std::ifstream lines(own);
    std::string line;
    bool head = true;
    while (std::getline(lines, line)) {
      if (!head)
        all << row.key << '\t' << row.measured << '\t' << line << '\n';
      else if (errors.size() == 1)
        all << "row\tmeasured_us\t" << line << '\n';
      head = false;
    }
    all.flush();
    remove(own.c_str());
  }
  for (auto& [name, kind] : kinds) {
    printf("%s, %zu of %zu rows ran; ", name.c_str(), kind.errors.size(), kind.rows);
    summary(kind.errors, kind.logarithms);
  }
  summary(errors, logarithms);
  return within(limits, errors, logarithms) ? 0 : 1;
}
