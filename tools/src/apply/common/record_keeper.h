#pragma once
// Puts the installation id back when somebody has emptied the record (apply/common/record.h): the
// chart renders it without data, and `kubectl replace` (`Replace=true` of Argo CD, a forced upgrade
// of Helm or Flux) puts that in its place.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "apply/common/newest_sender.h"
#include "model/identity.h"
#include "model/settings.h"

namespace bowline {

/// The first declared member does it for all.
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
