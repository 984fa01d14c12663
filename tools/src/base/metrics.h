#pragma once
// Metrics as Prometheus scrapes them: families of samples, and their text (exposition format 0.0.4,
// https://prometheus.io/docs/instrumenting/exposition_formats/). Why not by a library:
// docs/decisions/0040-metrics.md.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bowline {

enum class MetricType { kCounter, kGauge, kSummary, kHistogram };
/// "counter", "gauge", "summary", "histogram".
std::string_view MetricTypeName(MetricType type);

/// Name and value. A name is one of ours: [a-zA-Z_][a-zA-Z0-9_]*. A value may be anything.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

struct MetricSample {
  std::string suffix;  ///< "_bucket", "_sum" or "_count" of a summary or a histogram; else empty
  MetricLabels labels;
  double value = 0;
};

struct MetricFamily {
  MetricType type = MetricType::kGauge;
  std::string help;
  std::vector<MetricSample> samples;
};

/// The sum, the number and, for each upper bound or quantile, the value of a histogram or summary.
struct MetricDistribution {
  std::vector<std::pair<std::string, double>> parts;  ///< a histogram's are cumulative
  double sum = 0;
  double count = 0;
};

/// All families of one scrape, in the order of their names.
class MetricSet {
 public:
  /// `name` and the labels' names are valid names. The first type and help of a family hold.
  /// The caller gives no set of labels twice: Prometheus refuses the whole page then.
  void Add(std::string_view name, MetricType type, std::string_view help, double value,
           MetricLabels labels = {});
  /// The same for labels that come from outside: the first sample of a set of labels holds.
  void AddOnce(std::string_view name, MetricType type, std::string_view help, double value,
               MetricLabels labels);
  /// A summary (label `quantile`) or a histogram (label `le`; the bound +Inf is added).
  void AddDistribution(std::string_view name, MetricType type, std::string_view help,
                       const MetricDistribution& distribution, const MetricLabels& labels);

  [[nodiscard]] const std::map<std::string, MetricFamily, std::less<>>& families() const {
    return families_;
  }
  /// Of a label's value 256 bytes are printed; bytes that are no UTF-8 and control characters are
  /// replaced, since Prometheus would refuse the whole page.
  [[nodiscard]] std::string Print() const;

 private:
  MetricFamily& Family(std::string_view name, MetricType type, std::string_view help);

  std::map<std::string, MetricFamily, std::less<>> families_;
};

/// The HTTP content type of MetricSet::Print.
inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace bowline
