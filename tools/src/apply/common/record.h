#pragma once
// The installation record: a ConfigMap of the release that the chart renders empty and the founder
// fills once, by compare-and-swap. It tells a first start from volumes that were all lost.

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

/// Keeps that key as it is. The first member of the release does it alone: in a rollout it is
/// replaced last.
class EngineRecord {
 public:
  /// Does nothing for other members, and without a record.
  EngineRecord(Lane& lane, const Settings& settings, MemberName self);
  /// The engine that answers: "redis-8.0.2"; empty: not known. Returns at once.
  void Runs(const std::string& engine);

 private:
  std::optional<NewestSender<std::string>> sender_;
};

}  // namespace bowline
