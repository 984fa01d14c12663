#include "apply/common/monitor.h"

#include "apply/common/kept_dataset.h"
#include "apply/common/mode_driver.h"
#include "apply/common/volume_io.h"
#include "base/timing.h"
#include "model/engine_version.h"
#include "plan/common/pause.h"
#include "plan/common/role_label.h"
#include "sys/counters.h"
#include "sys/log.h"

namespace bowline {
namespace {

// Until the member holds its shard's data, and between two times that it is said whom to follow.
constexpr Milliseconds kEagerLook{200};
constexpr Milliseconds kCallTimeout{1000};
constexpr Milliseconds kTidy{60'000};  // between two looks for copies whose day is over
constexpr const char* kPrimary = "primary";
// Labels are said again: often while roles have just changed, seldom later.
constexpr Milliseconds kEarlyRound{5000};
constexpr Milliseconds kLateRound{30'000};
constexpr Milliseconds kUnlabelledTold{10'000};

/// Counts up, from 1, as time passes.
int RoundAt(Milliseconds since) {
  if (since < kLateRound) return 1 + static_cast<int>(since / kEarlyRound);
  return static_cast<int>(kLateRound / kEarlyRound) + static_cast<int>(since / kLateRound);
}

std::vector<std::string> OtherPods(const Settings& settings, MemberName self) {
  std::vector<std::string> pods;
  for (const MemberName member : settings.layout.OthersOf(self)) {
    pods.push_back(settings.PodOf(member));
  }
  return pods;
}

}  // namespace

Monitor::Monitor(Lanes& lanes, const LiveSettings& settings, MemberName self,
                 const ModeDriver& driver, GuardOutcome start, const PodEnv& pod, LiveState& live,
                 PositionKeeper& positions, VolumeWrites& volume_writes, EventSink& events,
                 PodConditions& conditions, Peers& peers, Handovers& handovers)
    : settings_(settings),
      self_(self),
      server_{.settings = settings,
              .self = self,
              .driver = driver,
              .state = start.volume.state,
              .announced = start.announced,
              .addresses = std::move(start.addresses),
              .passive = start.passive,
              .live = live,
              .events = events,
              .peers = peers,
              .handovers = handovers},
      mode_(driver.Watch(server_)),
      live_(live),
      positions_(positions),
      events_(events),
      conditions_(conditions),
      label_(lanes, pod, OtherPods(*settings.Get(), self), settings->role_label, events),
      record_(lanes.api, *settings.Get(), self),
      started_by_(std::move(start.decision)),
      started_for_(std::move(start.reason)),
      handovers_(handovers),
      node_watch_(settings, self, driver.rules(), peers, events),
      volume_writes_(volume_writes),
      role_changes_(settings.paths().run, live) {
  live_.SetMissed(0);  // of the engine's life before, in the same process
  volume_writes_.Forget();
  step_.emplace(lanes.monitor, "monitor", [this] { return Look(); });
  role_watch_.emplace(lanes.role, settings->ports.client,
                      LoginSource([&settings] { return LoginOf(settings.Secrets()); }),
                      settings->role_label && driver.rules().HasReadService(),
                      [this] { step_->Wake(); });
}

Monitor::~Monitor() {
  role_watch_.reset();
  step_.reset();
  volume_writes_.Want(false);
}

Milliseconds Monitor::Look() {
  const Report report = live_.Now(Milliseconds(0));
  if (report.engine.answers) LookAt(report);
  if (Since(tidied_) > kTidy) {
    tidied_ = std::chrono::steady_clock::now();
    DropExpiredCopies(settings_.paths().data, events_);
  }
  const auto changed = server_.Changed();
  const bool eager =
      !server_.state.held || mode_->Eager() || (changed && changed->ago < kRoleSettles);
  return eager ? kEagerLook : kMonitorLook;
}

void Monitor::LookAt(const Report& report) {
  NoteRole(report);
  mode_->Hear(report);
  NoteLabel(report);
  NoteHeld(report);
  NoteEngine(report);
  NoteWhole(report);
  if (const auto news = full_copy_.Look(report.engine.info, Since({}))) {
    events_.Emit(news->ended ? "FullSyncEnded" : "FullSyncStarted", news->text);
  }
  for (const std::string& text : progress_.Look(report.engine.progress)) {
    events_.Emit("Progress", text);
  }
  volume_writes_.Want(!report.engine.info.primary);
  live_.SetWritten(volume_writes_.Age());
  HandOverIfUnwritable(report);
  mode_->Look(report);
  NoteLabel(report);
  positions_.Save(report.engine.info, server_.epoch, server_.addresses);
  mode_->LookUp(report);
  LookAtLink(report);
  node_watch_.Look(server_.state.identity, report, server_.addresses);
}

void Monitor::NoteRole(const Report& report) {
  const EngineInfo& info = report.engine.info;
  const std::string role =
      info.primary ? kPrimary : std::format("replica of {}", info.primary_host);
  if (role == role_) return;
  server_.confirmed.reset();
  if (!role_.empty()) {
    server_.changed = std::chrono::steady_clock::now();
    server_.changed_in = live_.HeardEpoch();
  }
  if (role_.empty()) {
    conditions_.Role(info.primary, started_by_, std::format("{}; {}", role, started_for_));
  } else {
    const std::string change = std::format("{} -> {}", role_, role);
    events_.Emit("RoleChanged", change);
    conditions_.Role(info.primary, "RoleChanged", change);
    if (role_ == kPrimary) EndSubscribers();
  }
  role_ = role;
}

void Monitor::EndSubscribers() {
  const Deadline deadline = Deadline::In(kCallTimeout);
  auto client = server_.Connect(deadline);
  const Status ended =
      client ? client->EndSubscribers(
                   UsersOfClients(*settings_.Get(), server_.state.identity, *client, kCallTimeout),
                   deadline)
             : std::unexpected(client.error());
  if (!ended) LogWarning("subscribers", {{"err", ended.error().ToString()}});
}

void Monitor::NoteLabel(const Report& report) {
  using std::chrono::steady_clock;
  const ModeRules& rules = server_.driver.rules();
  const Milliseconds down_after = rules.DownAfter(*settings_.Get());
  const auto& heard = server_.majority_heard;
  const auto& confirmed = server_.confirmed;
  const bool majority = heard && Since(*heard) < down_after + kQuietLook;
  ProcessCounters().Set("bowline_quorum", majority ? 1 : 0);
  const RoleLabelPlan plan =
      PlanRoleLabel({.primary = report.engine.info.primary,
                     .majority_heard = heard ? std::optional(Since(*heard)) : std::nullopt,
                     .down_after = down_after,
                     .confirmed = confirmed.has_value()});
  const int round = plan.alone ? RoundAt(Since(*confirmed)) : 0;
  const auto changed = server_.Changed();
  // A replica says its role again for a while: whoever had promoted it may have labelled it late.
  const int again = changed ? RoundAt(std::min(changed->ago, kLateRound)) : 0;
  const std::string engine = PrintEngineLabel(settings_->EngineName(), report.engine.info.version);
  label_.Runs(engine);
  record_.Look(server_.state.identity.installation, engine);
  if (plan.own) label_.Set(*plan.own, report.engine.info.primary ? round : again);
  if (rules.HasReadService() && (!changed || changed->ago >= kReadsLater)) {
    label_.Reads(!report.engine.info.primary);
  }
  // Between two looks at the others the majority counts as heard: the labels stay as they are.
  if (plan.own || !majority) label_.KeepAlone(round);
  if (plan.own || !settings_->role_label) {
    unlabelled_.reset();
    unlabelled_told_ = false;
    return;
  }
  if (!unlabelled_) unlabelled_ = steady_clock::now();
  if (unlabelled_told_ || Since(*unlabelled_) < kUnlabelledTold) return;
  unlabelled_told_ = true;
  events_.Emit("RoleLabelWaiting",
               std::format("no majority is heard, so this primary does not say so on its pod; by "
                           "hand: kubectl label pod -n {} {} --overwrite bowline/role=primary",
                           settings_->name_space, settings_->PodOf(self_)),
               true);
}

void Monitor::NoteHeld(const Report& report) {
  if (server_.state.held) return;
  // No key can be there before every shard's primary runs: a first start never mistakes its own
  // members for holders.
  if (report.engine.keys == 0) return;
  VolumeState state = server_.state;
  state.held = true;
  const Status saved = SaveState(settings_.paths().data, state);
  if (!saved) {
    LogWarning("cannot note that this volume holds data", {{"err", saved.error().ToString()}});
    return;
  }
  server_.state = state;
  live_.SetHeld();
  LogInfo("this volume holds keys from now on");
}

void Monitor::NoteEngine(const Report& report) {
  if (engine_noted_ || report.engine.info.loading) return;
  engine_noted_ = true;
  VolumeState state = server_.state;
  state.engine = settings_->EngineName();
  if (state == server_.state) return;
  const Status saved = SaveState(settings_.paths().data, state);
  if (saved) {
    server_.state = std::move(state);
  } else {  // a full volume is no reason not to run
    LogWarning("cannot note which engine this volume is of", {{"err", saved.error().ToString()}});
  }
}

void Monitor::NoteWhole(const Report& report) {
  if (report.damage.empty()) return;
  const EngineInfo& info = report.engine.info;
  // Nobody has led for a minute: what is here may be the best that is left.
  if (info.primary || info.link_up || Since(server_.began) > kDamagePatience) live_.SetWhole();
}

}  // namespace bowline
