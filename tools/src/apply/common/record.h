#pragma once
// The installation record: a ConfigMap of the release that the chart renders empty and the founder
// fills once, by compare-and-swap. It tells a first start from volumes that were all lost.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "apply/common/newest_sender.h"
#include "base/error.h"
#include "model/identity.h"
#include "model/settings.h"

namespace bowline {

/// The installation id in the record; empty when nobody has founded yet. Errors as the API gives
/// them.
Result<std::string> ReadRecord(const Settings& settings);

/// Writes `installation` if the record is empty; returns what the record holds afterwards.
Result<std::string> FoundInRecord(const Settings& settings, const std::string& installation);

/// Puts the installation id back when somebody has emptied the record: the chart renders it without
/// data, and `kubectl replace` (`Replace=true` of Argo CD, `force` of Helm and Flux) puts that in
/// its place. The first declared member does it for all.
class RecordKeeper {
 public:
  /// Without a record, and in any other member, nothing is ever asked.
  RecordKeeper(const Settings& settings, MemberName self,
               Milliseconds between = Milliseconds(30'000));

  /// To be called at each look at the own engine. Returns at once; asks the API server now and
  /// again after `between`.
  void Look(const std::string& installation);

 private:
  using Asked = std::pair<std::string, std::int64_t>;  ///< the id, and how often

  Milliseconds between_;
  std::int64_t count_ = 0;
  std::chrono::steady_clock::time_point looked_;
  std::optional<NewestSender<Asked>> sender_;
};

}  // namespace bowline
