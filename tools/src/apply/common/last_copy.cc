#include "apply/common/last_copy.h"

#include "base/timing.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr const char* kLabel = "bowline/last-copy";
constexpr const char* kAllow = "bowline/allow-eviction";
constexpr Milliseconds kApiTimeout{1000};
constexpr Milliseconds kBetweenReads{3000};
constexpr Milliseconds kBetweenEvents{60'000};

bool Due(const std::optional<std::chrono::steady_clock::time_point>& last, Milliseconds between) {
  return !last || Since(*last) >= between;
}

}  // namespace

LastCopyWatch::LastCopyWatch(Lanes& lanes, const LiveSettings& settings, MemberName self,
                             const ModeRules& rules, const PodEnv& pod, LiveState& live,
                             EventSink& events, Peers& peers)
    : settings_(settings),
      self_(self),
      rules_(rules),
      pod_(RefOf(pod)),
      live_(live),
      events_(events),
      peers_(peers) {
  auto api = KubeApi::InCluster();
  if (!api) return;  // EventSink has told
  api_ = *api;
  label_.emplace(lanes.urgent, "the label of a last copy", Milliseconds(0), kApiTimeout,
                 [api = *std::move(api), pod = pod_](const std::string& value, Deadline deadline) {
                   return api.SetPodLabel(pod, kLabel, value, deadline);
                 });
  step_.emplace(lanes.last_copy, "last copy", [this] {
    LookAndTell();
    return kLastCopyLook;
  });
}

void LastCopyWatch::LookAndTell() {
  used_ = used_ || settings_->protect_last_copy;
  const auto verdict = used_ ? Look() : std::nullopt;
  if (!verdict) return;
  if (verdict->keep) {
    Keep(*verdict);
  } else {
    LetGo(verdict->reason);
  }
}

std::optional<LastCopyVerdict> LastCopyWatch::Look() {
  if (!settings_->protect_last_copy) {
    return LastCopyVerdict{.keep = false, .reason = "pdb.protectLastCopy is false"};
  }
  LastCopyInput input{.layout = settings_->layout,
                      .self = self_,
                      .own = live_.Now(kLastCopyOwnAge),
                      .ready = ReadinessVerdict(live_.ForProbes(), rules_).ok,
                      .addresses = live_.Addresses(),
                      .peers = {}};
  if (AsksPeers(input)) {
    input.peers = peers_.GatherOf(input.addresses, input.layout.OthersOf(self_),
                                  Deadline::In(kLastCopyReports));
  }
  const auto verdict = JudgeLastCopy(input);
  if (!verdict || !verdict->keep) return verdict;
  // An upgrade that leaves one member does not restart it.
  input.layout = settings_.Declared()->layout;
  return JudgeLastCopy(input);
}

void LastCopyWatch::Keep(const LastCopyVerdict& verdict) {
  label_->Set("true");
  LookAtOwnLabels();
  live_.SetLastCopy(verdict.reason, allowed_);
  if (!Due(told_, kBetweenEvents)) return;
  told_ = std::chrono::steady_clock::now();
  const std::string what = "this pod has the last copy of the shard's data: " + verdict.reason;
  events_.Emit("LastCopy",
               allowed_ ? std::format("{}; its eviction is allowed by the label {}", what, kAllow)
                        : std::format("{}; its eviction is refused; to allow it: {}", what,
                                      AllowEvictionCommand(pod_.name_space, pod_.name)),
               true);
}

void LastCopyWatch::LetGo(const std::string& reason) {
  label_->Set("false");
  live_.SetLastCopy("",
                    false);  // also what an engine's life before, in the same process, has told
  if (!told_) return;
  events_.Emit("LastCopyEnded", "this pod may be evicted again: " + reason);
  told_.reset();
  read_.reset();
  allowed_ = false;
}

void LastCopyWatch::LookAtOwnLabels() {
  if (!Due(read_, kBetweenReads)) return;
  read_ = std::chrono::steady_clock::now();
  const auto pod = api_->GetPod(pod_.name_space, pod_.name, Deadline::In(kApiTimeout));
  if (!pod) return;  // the label's sender tells when the API server does not answer
  const auto found = pod->labels.find(kAllow);
  allowed_ = found != pod->labels.end() && found->second == "true";
}

}  // namespace bowline
