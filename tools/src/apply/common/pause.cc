#include "apply/common/pause.h"

#include <utility>

#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{3000};
constexpr Milliseconds kApiTimeout{2000};   // of the verbs
constexpr Milliseconds kLookTimeout{1000};  // an exit waits for it

Result<KubeApi> ApiWithRecord(const Settings& settings) {
  if (settings.record.empty()) {
    return Fail(Code::kFailedPrecondition,
                "there is no installation record to write a pause into: set rbac.create to true");
  }
  return KubeApi::InCluster();
}

}  // namespace

Result<PauseOrder> Pause(const Settings& settings, std::chrono::seconds span) {
  ASSIGN_OR_RETURN(const KubeApi api, ApiWithRecord(settings));
  const PauseOrder pause{.since = Rfc3339Seconds(), .until = Rfc3339In(span)};
  RETURN_IF_ERROR(api.Annotate(settings.name_space, settings.record,
                               {{kPausedSince, pause.since}, {kPausedUntil, pause.until}},
                               Deadline::In(kApiTimeout)));
  return pause;
}

Status Resume(const Settings& settings) {
  ASSIGN_OR_RETURN(const KubeApi api, ApiWithRecord(settings));
  return api.Annotate(settings.name_space, settings.record,
                      {{kPausedSince, std::nullopt}, {kPausedUntil, std::nullopt}},
                      Deadline::In(kApiTimeout));
}

PauseWatch::PauseWatch(Lane& lane, const LiveSettings& settings, LiveState& live, EventSink& events,
                       std::function<void(const ConfigMapState&)> read)
    : settings_(settings), live_(live), events_(events), read_(std::move(read)) {
  auto api = ApiWithRecord(*settings.Get());
  if (!api) return;
  api_ = *std::move(api);
  step_.emplace(lane, "pause", [this] {
    Look();
    Tell();
    return kLook;
  });
}

void PauseWatch::Look() {
  const auto record =
      api_->GetConfigMap(settings_->name_space, settings_->record, Deadline::In(kLookTimeout));
  if (record) pause_ = ReadPause(record->annotations);
  if (record && read_) read_(*record);
  if (!record && !failed_) {
    LogWarning("cannot read whether there is a pause", {{"err", record.error().ToString()}});
  }
  failed_ = !record;
}

void PauseWatch::Tell() {
  const bool on = pause_ && pause_->OnAt(Rfc3339Seconds());
  const std::optional<PauseOrder> now = on ? pause_ : std::nullopt;
  if (now == told_) return;
  live_.SetPause(now);
  if (now) {
    events_.Emit("Paused", std::format("until {} this member repairs nothing by itself; bowline "
                                       "resume ends the pause",
                                       now->until));
  } else {
    events_.Emit("PauseEnded", std::format("{}: this member repairs again",
                                           pause_ ? "its time is over" : "by bowline resume"));
  }
  told_ = now;
}

}  // namespace bowline
