// Rows of measured times, and running them on the modelled card.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

struct Row {
  std::string key;
  std::vector<std::string> fields;
  std::string parameters; // of the solver, where they are known
  double measured; // microseconds
};

struct Outcome {
  double microseconds = 0; // with what is fixed in a launch
};

// What the model says of a row. They return what went wrong, or nothing.
std::string run_product(const Row&, const std::function<void()>& begin, Outcome&); // begin: right before the run that counts
std::string run_convolution(const Row&, Outcome&);

inline double log_ratio(double ratio) { return std::max(-1.0, std::min(1.0, std::log(ratio))); }

inline double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  double at = q * (values.size() - 1);
  size_t i = (size_t)at;
  return i + 1 < values.size() ? values[i] + (at - i) * (values[i + 1] - values[i]) : values[i];
}

inline double mean(const std::vector<double>& values) {
  double sum = 0;
  for (double v : values) sum += v / values.size();
  return sum;
}

inline double deviation(const std::vector<double>& values) {
  double middle = mean(values), variance = 0;
  for (double v : values) variance += (v - middle) * (v - middle) / values.size();
  return std::sqrt(variance);
}

// Error is |modelled/measured - 1|; the standard deviation is that of ln(modelled/measured), clipped at 1.
inline void summary(const std::vector<double>& errors, const std::vector<double>& logarithms) {
  size_t n = errors.size();
  if (!n) {
    printf("no rows\n");
    return;
  }
  size_t within = std::count_if(errors.begin(), errors.end(), [](double e) {
    return e <= .30;
  });
  printf("%zu rows: median error %.1f %%, 90th percentile %.1f %%, within 30 %%: %.0f %%, ln ratio: mean %+.3f, standard deviation %.3f\n",
         n, 100 * quantile(errors, .5), 100 * quantile(errors, .9), 100.0 * within / n, mean(logarithms), deviation(logarithms));
}
