#pragma once
// The installation record: a ConfigMap of the release that the chart renders empty and the founder
// fills once, by compare-and-swap. It tells a first start from volumes that were all lost.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "apply/common/newest_sender.h"
#include "base/error.h"
#include "model/settings.h"

namespace bowline {

/// The installation id in the record; empty when nobody has founded yet. Errors as the API gives
/// them.
Result<std::string> ReadRecord(const Settings& settings);

/// Writes `installation` if the record is empty; returns what the record holds afterwards.
Result<std::string> FoundInRecord(const Settings& settings, const std::string& installation);

/// The key of the record with the engine that has written the volumes, as in kEngineLabel: the
/// record outlives the pods, so the gate of a later install reads it.
inline constexpr const char* kRecordedEngine = "engine";

/// Keeps the record as it should be: the id of the installation, which is put back when somebody
/// has emptied it (the chart renders it without data, and `kubectl replace`, `Replace=true` of Argo
/// CD, `force` of Helm and Flux put that in its place), and the engine. The first declared member
/// does it for all; in a rollout it is replaced last.
class RecordKeeper {
 public:
  /// Without a record, and in any other member, nothing is ever asked.
  RecordKeeper(Lane& lane, const Settings& settings, MemberName self,
               Milliseconds between = Milliseconds(30'000));

  /// To be called at each look at the own engine. Returns at once; asks the API server now, after
  /// `between`, and when the engine is another one. `engine`: "redis-8.0.2"; empty: not known.
  void Look(const std::string& installation, const std::string& engine);

 private:
  struct Wanted {
    std::string installation;
    std::string engine;
    std::int64_t round = 0;
    bool operator==(const Wanted&) const = default;
  };

  static Status Keep(const Settings& settings, const Wanted& wanted, Deadline deadline);

  Milliseconds between_;
  Wanted wanted_;
  std::chrono::steady_clock::time_point looked_;
  std::optional<NewestSender<Wanted>> sender_;
};

}  // namespace bowline
