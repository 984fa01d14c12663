// INFO, CLUSTER INFO and CLIENT LIST.

#include "model/info.h"

#include "base/parse.h"
#include "fuzz/target.h"
#include "model/client_list.h"
#include "plan/common/metrics_engine.h"

namespace {

/// Every line of a page is a comment or a sample of a name of ours.
void MakePage(std::string_view input, bool data) {
  bowline::EngineTold told;
  told.info = told.statistics = input;
  bowline::MetricSet set;
  AddEngineMetrics({.up = true, .data = data, .info = input, .cluster = input}, told, set);
  const std::string page = set.Print();
  for (const std::string_view line : bowline::SplitLines(page)) {
    bowline::fuzz::Must(line.starts_with("# ") || line.starts_with("redis_"));
  }
}

}  // namespace

void bowline::fuzz::Try(std::string_view input) {
  (void)ParseEngineInfo(input);
  (void)ParseClusterInfo(input);
  (void)ParseClientList(input);
  MakePage(input, true);
  MakePage(input, false);
}
