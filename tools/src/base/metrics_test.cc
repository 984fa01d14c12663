#include "base/metrics.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>

namespace bowline {
namespace {

constexpr MetricType kGauge = MetricType::kGauge;

TEST_CASE("families come in the order of their names, each with its help and its type once") {
  MetricSet set;
  set.Add("b_total", MetricType::kCounter, "How many.", 3, {{"code", "200"}});
  set.Add("a", kGauge, "A figure.", 1.5);
  set.Add("b_total", MetricType::kCounter, "another help", 4, {{"code", "404"}});
  CHECK(set.Print() ==
        "# HELP a A figure.\n"
        "# TYPE a gauge\n"
        "a 1.5\n"
        "# HELP b_total How many.\n"
        "# TYPE b_total counter\n"
        "b_total{code=\"200\"} 3\n"
        "b_total{code=\"404\"} 4\n");
}

TEST_CASE("a label's value cannot end its line, its quotes or the page") {
  MetricSet set;
  set.Add("a", kGauge, "back\\slash\nline", 1,
          {{"x", "quote\" back\\slash\nline"}, {"y", std::string("\x01\x7F\xFF\0", 4)}});
  CHECK(set.Print() ==
        "# HELP a back\\\\slash\\nline\n"
        "# TYPE a gauge\n"
        "a{x=\"quote\\\" back\\\\slash\\nline\",y=\"  \xEF\xBF\xBD \"} 1\n");
}

TEST_CASE("a label's value is cut") {
  MetricSet set;
  set.Add("a", kGauge, "", 1, {{"x", std::string(1'000'000, 'v')}});
  CHECK(set.Print() == "# HELP a \n# TYPE a gauge\na{x=\"" + std::string(256, 'v') + "\"} 1\n");
}

TEST_CASE("values that are no decimal numbers have names, large ones are exact") {
  MetricSet set;
  const double infinity = std::numeric_limits<double>::infinity();
  set.Add("a", kGauge, "", infinity);
  set.Add("b", kGauge, "", -infinity);
  set.Add("c", kGauge, "", std::numeric_limits<double>::quiet_NaN());
  set.Add("d", kGauge, "", 9007199254740991.0);
  const std::string text = set.Print();
  CHECK(text.contains("\na +Inf\n"));
  CHECK(text.contains("\nb -Inf\n"));
  CHECK(text.contains("\nc NaN\n"));
  CHECK(text.contains("\nd 9007199254740991\n"));
}

TEST_CASE("labels from outside that come twice are printed once") {
  MetricSet set;
  set.AddOnce("a", kGauge, "", 1, {{"ip", "10.0.0.1"}});
  set.AddOnce("a", kGauge, "", 2, {{"ip", "10.0.0.1"}});
  set.AddOnce("a", kGauge, "", 3, {{"ip", "10.0.0.2"}});
  CHECK(set.Print() == "# HELP a \n# TYPE a gauge\na{ip=\"10.0.0.1\"} 1\na{ip=\"10.0.0.2\"} 3\n");
}

TEST_CASE("a histogram has buckets up to +Inf, a summary has quantiles") {
  MetricSet set;
  const MetricDistribution seen{.parts = {{"0.5", 1}, {"1", 2}}, .sum = 3.5, .count = 3};
  set.AddDistribution("h", MetricType::kHistogram, "", seen, {{"kind", "stop"}});
  set.AddDistribution("s", MetricType::kSummary, "", seen, {});
  CHECK(set.Print() ==
        "# HELP h \n# TYPE h histogram\n"
        "h_bucket{kind=\"stop\",le=\"0.5\"} 1\n"
        "h_bucket{kind=\"stop\",le=\"1\"} 2\n"
        "h_bucket{kind=\"stop\",le=\"+Inf\"} 3\n"
        "h_sum{kind=\"stop\"} 3.5\n"
        "h_count{kind=\"stop\"} 3\n"
        "# HELP s \n# TYPE s summary\n"
        "s{quantile=\"0.5\"} 1\n"
        "s{quantile=\"1\"} 2\n"
        "s_sum 3.5\n"
        "s_count 3\n");
}

}  // namespace
}  // namespace bowline
