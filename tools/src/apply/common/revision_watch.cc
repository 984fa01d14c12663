#include "apply/common/revision_watch.h"

#include "plan/common/configured.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kCall{1000};  // an exit waits for it
constexpr Milliseconds kAskAgain{15'000};

}  // namespace

RevisionWatch::RevisionWatch(Lane& lane, const LiveSettings& settings, const PodEnv& pod)
    : settings_(settings), pod_(RefOf(pod)) {
  // The chart's rights for the record are those for the ConfigMap.
  if (settings->record.empty()) return;
  auto api = KubeApi::InCluster();
  if (!api) return;
  api_ = *std::move(api);
  step_.emplace(lane, "revision", [this] {
    Look();
    return RevisionPeriod(settings_->layout.Members().size());
  });
}

void RevisionWatch::Look() {
  const auto settings = settings_.Declared();
  const auto annotations = api_->ConfigMapAnnotations(
      settings->name_space, settings->fullname + "-config", Deadline::In(kCall));
  Status done = annotations ? Status() : std::unexpected(annotations.error());
  if (annotations) {
    const auto revision = annotations->find(kRevision);
    if (revision != annotations->end() && revision->second != settings->revision &&
        (revision->second != asked_ || Since(asked_at_) > kAskAgain)) {
      done = Ask(revision->second);
    }
  }
  if (!done && !failed_) {
    LogWarning("cannot look for a new configuration", {{"err", done.error().ToString()}});
  }
  failed_ = !done;
}

Status RevisionWatch::Ask(const std::string& revision) {
  // With the time, so that a second request changes it, too.
  RETURN_IF_ERROR(api_->SetPodAnnotation(pod_, kWantedRevision, revision + " " + Rfc3339Seconds(),
                                         Deadline::In(kCall)));
  LogInfo("a new configuration: the kubelet is asked for it", {{"revision", revision}});
  asked_ = revision;
  asked_at_ = std::chrono::steady_clock::now();
  return {};
}

}  // namespace bowline
