#include "apply/common/server.h"

#include <algorithm>
#include <functional>

#include "apply/common/certificate_watch.h"
#include "apply/common/counting.h"
#include "apply/common/dataset_repair.h"
#include "apply/common/declared.h"
#include "apply/common/directive_watch.h"
#include "apply/common/engine_probe.h"
#include "apply/common/fence.h"
#include "apply/common/handover.h"
#include "apply/common/kept_clients.h"
#include "apply/common/last_copy.h"
#include "apply/common/last_steps.h"
#include "apply/common/lead_label.h"
#include "apply/common/memory_watch.h"
#include "apply/common/mode_driver.h"
#include "apply/common/monitor.h"
#include "apply/common/password_watch.h"
#include "apply/common/settings_news.h"
#include "apply/common/supervisor.h"
#include "apply/common/volume_io.h"
#include "apply/common/volume_writes.h"
#include "base/timing.h"
#include "plan/common/after_death.h"
#include "plan/common/dataset_order.h"
#include "plan/common/stop_budget.h"
#include "sys/cgroup.h"
#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kDnsTimeout{500};
constexpr Milliseconds kApiTimeout{500};
constexpr Milliseconds kLook{50};
constexpr Milliseconds kEngineTimeout{300};
// Before a handover the last look at the own engine is no older.
constexpr Milliseconds kRoleAge{200};
constexpr Milliseconds kUndoLook{500};

/// The user's directives in it.
Result<std::string> WriteEngineConf(const LiveSettings& settings, MemberName self,
                                    const ModeRules& rules, const GuardOutcome& start) {
  const Paths& paths = settings.paths();
  ASSIGN_OR_RETURN(std::string directives, LoadEngineDirectives(paths));
  ASSIGN_OR_RETURN(const std::string text,
                   RenderEngineConf({.settings = *settings.Get(),
                                     .secrets = settings.Secrets(),
                                     .identity = start.volume.state.identity,
                                     .self = self,
                                     .announced = start.announced,
                                     .follow = start.follow,
                                     .append_only = start.append_only,
                                     .passive = start.passive,
                                     .user_directives = directives,
                                     .memory_limit = MemoryLimit(),
                                     .data_directory = paths.data},
                                    rules));
  RETURN_IF_ERROR(WriteFileAtomic(paths.run / "engine.conf", text, 0600));
  return directives;
}

class Server : public Supervisor {
 public:
  Server(LiveSettings& settings, MemberName self, DriverFor driver_for, const PodEnv& pod,
         EngineProbe& probe, const std::vector<std::string>& engine_arguments)
      : Supervisor(settings, self, driver_for(settings->layout), pod, probe),
        probe_(probe),
        driver_for_(driver_for),
        lead_label_(lanes_.urgent, pod, settings->role_label),
        volume_writes_(settings.paths().data),
        start_with_{.directives = "", .arguments = engine_arguments} {}

 protected:
  Result<std::vector<std::string>> Arguments(const GuardOutcome& start) override {
    ASSIGN_OR_RETURN(start_with_.directives,
                     WriteEngineConf(settings_, self_, driver_.rules(), start));
    append_only_ = start.append_only || AppendOnly(start_with_.directives);
    return std::vector<std::string>{settings_->EngineProgram(),
                                    settings_.paths().run / "engine.conf"};
  }

  int Watched(GuardOutcome start, pid_t child) override {
    live_.SetAddresses(start.addresses);
    const Fence fence(lanes_.fence, settings_, self_, driver_, identity_, live_, events_, peers_);
    const LastCopyWatch last_copy(lanes_, settings_, self_, driver_.rules(), pod_, live_, events_,
                                  peers_);
    positions_.emplace(settings_.paths().data);
    kept_.emplace(lanes_.handovers, settings_, identity_, self_, live_);
    handovers_.Open([this](const HandoverOrder& order, Deadline deadline) {
      return HandOver(order, deadline);
    });
    const Monitor monitor(lanes_, settings_, self_, driver_, std::move(start), pod_, live_,
                          *positions_, volume_writes_, events_, conditions_, peers_, handovers_);
    const PasswordWatch passwords(
        lanes_.api, {settings_, self_, live_, configuration_, events_, peers_},
        {.accounts =
             [this](const EngineSecrets& secrets) {
               return AccountsOfServer(driver_.rules(), settings_->engine, identity_, secrets);
             },
         .connect =
             [this](const EngineSecrets& secrets, Deadline deadline) {
               return ConnectToOwn(*settings_.Get(), secrets, deadline);
             },
         .use = &ServerUseCommands});
    const CertificateWatch certificate(lanes_.api, settings_, live_, events_,
                                       RenewAtServer(settings_));
    std::optional<DirectiveWatch> directives;
    directives.emplace(lanes_.handovers, settings_, self_, start_with_, configuration_, live_,
                       events_, peers_);
    std::optional<MemoryWatch> memory;
    memory.emplace(lanes_.handovers, settings_, *directives, live_, events_);
    const int code = Supervise(child);
    memory.reset();
    directives.reset();
    handovers_.End();
    kept_.reset();
    return code;
  }

  void BeforeStop() override {
    if (live_.LastAnswer().info.primary) GiveLeadAway();
    const Status noted = AtEngine([&](RespClient& engine, Deadline deadline) {
      return NoteEnd(engine, *positions_, live_.Addresses(), deadline);
    });
    if (!noted) LogInfo("no last position", {{"err", noted.error().ToString()}});
  }

  MetricsPage::Sources ForMetrics() override {
    return {.settings = settings_,
            .rules = driver_.rules(),
            .live = live_,
            .peers = peers_,
            .statistics = {.port = settings_->ports.client,
                           .login = LoginSource(
                               [&settings = settings_] { return LoginOf(settings.Secrets()); }),
                           .ask = &AskStatistics},
            .texts = [&probe = probe_] { return probe.Texts(); }};
  }

  std::optional<DatasetDamage> Damage() override {
    return FindDamage(settings_.paths().data, append_only_);
  }

  std::optional<std::string> Hint() override {
    const auto writer = WriterOf(settings_.paths().data, append_only_);
    if (!writer) return std::nullopt;
    return std::format(
        ". {}; this member runs {}. If that is another engine or an older version, it cannot read "
        "the file: go back to the engine that wrote it (helm rollback). See the engine's log",
        *writer, settings_->EngineProgram());
  }

  /// The primary is dead this very moment: a replica in sync leads instead of waiting for the
  /// time-outs, or the engine is started again (plan/common/after_death.h).
  bool AfterDeath() override {
    const EngineSnapshot last = live_.LastAnswer();
    if (!last.info.primary) return false;
    const auto died = std::chrono::steady_clock::now();
    const Declared now = DeclaredNow();
    AfterDeathInput input{
        .layout = now.settings.layout,
        .self = self_,
        .last = PositionOf(last.info, 0),
        .reports = {},
        .voted_out = {},
        .data_stays = settings_->persistence && last.info.append_only && last.info.append_ok,
        .restarted_lately = restarted_at_ && Since(*restarted_at_) < kRestartEvery};
    input.last->in_sync = ReplicasInSync(last.info, now.addresses);
    while (true) {
      input.asked = Since(died);
      input.reports = GatherReportsOf(peers_.Channel(), now.settings, now.addresses,
                                      now.settings.layout.OthersOf(self_),
                                      Deadline::In(kDeathReports), PeerViews::kUnread);
      input.waited = Since(died);
      input.voted_out = VotedOut(now.settings.layout, input.reports, last);
      const AfterDeathPlan plan = PlanAfterDeath(input);
      if (plan.action == AfterDeathAction::kWait) {
        (void)Deadline::In(kLook).Sleep(kLook);
        continue;
      }
      if (plan.action != AfterDeathAction::kTakeOver) {
        const auto leaders = PrimariesOf(input.layout, input.reports, self_.shard);
        if (leaders.empty()) CountRefusedPromotion(kNoneInSync);
        return Stay(plan);
      }
      const auto began = std::chrono::steady_clock::now();
      const Status taken = TakeOverDead(
          Context(now),
          {.member = plan.target->member, .position = plan.target->position, .engine_ended = true},
          Deadline::In(kDeathTakeOver));
      CountHandover(kForDeath, taken.has_value(), began);
      if (taken) {
        TellTakenOver(*plan.target);
        return false;
      }
      LogWarning("the take-over failed", {{"err", taken.error().ToString()}});
      if (taken.error().code != Code::kAborted || input.waited > kSilentPatience) return false;
    }
  }

 private:
  /// By the shard's other members, and by what the own engine has seen of the whole set.
  [[nodiscard]] std::vector<MemberName> VotedOut(const Layout& layout, Reports reports,
                                                 const EngineSnapshot& last) const {
    reports[self_].engine = last;
    return driver_.rules().View(layout, identity_, reports, self_.shard).voted_out;
  }

  /// Nobody takes over from here. True: the engine is to be started again.
  bool Stay(const AfterDeathPlan& plan) {
    const bool again = plan.action == AfterDeathAction::kStartAgain;
    if (again) restarted_at_ = std::chrono::steady_clock::now();
    LogWarning("no replica takes over", {{"why", plan.reason}});
    events_.Emit(again ? "EngineRestarted" : "NoPromotion", plan.reason, true);
    return again;
  }

  void TellTakenOver(const Candidate& candidate) {
    const std::string text = std::format("the primary's engine died; {} leads now ({})",
                                         candidate.member.ToString(), candidate.reason);
    events_.Emit("HandedOver", text);
    conditions_.Role(false, "HandedOver", text);
  }

  /// Of the whole stop's time only what the preStop hook has left; the engine keeps its own part.
  void GiveLeadAway() {
    const Status kept = AtEngine(&WriteThrough);
    if (!kept) LogWarning("cannot set appendfsync", {{"err", kept.error().ToString()}});
    const StopBudget budget =
        PlanStop(handovers_.ForStop(std::chrono::seconds(settings_->grace_seconds)));
    LogInfo("a handover before the stop",
            {{"forMs", budget.handover.count()}, {"why", budget.why}});
    if (budget.handover.count() == 0) return;
    const Deadline deadline = Deadline::In(budget.handover);
    const auto running = handovers_.Wait(deadline);
    if (running && running->result != HandoverResult::kFailed) return;
    const auto note = LoadHandoverNote(settings_.paths().data);
    if (note && note->epoch > live_.Last().epoch) {
      LogWarning("a handover was cut off", {{"to", note->to.ToString()}});
      return;
    }
    (void)handovers_.Run({.id = "", .by = "SIGTERM", .target = ""}, deadline, kForStop);
  }

  /// On the lane of the handovers.
  HandoverEnd HandOver(const HandoverOrder& order, Deadline deadline) {
    (void)live_.Now(kRoleAge);
    if (!live_.LastAnswer().info.primary) {
      return {.result = HandoverResult::kNothingToDo, .why = "a replica: nothing to hand over"};
    }
    const auto wanted = MemberName::Parse(order.target);
    const Declared now = DeclaredNow();
    HandoverContext context = Context(now);
    // A volume that takes no writes takes no note either.
    if (!live_.LastAnswer().info.append_ok) context.volume.clear();
    std::optional<HandoverUndo> left;
    context.left = &left;
    HandoverEnd end = HandOverPlanned(context, deadline, wanted ? &*wanted : nullptr);
    if (end.result == HandoverResult::kDone) {
      events_.Emit("HandedOver", std::format("asked for by {}: {}", order.by, end.why));
    } else if (end.result != HandoverResult::kNothingToDo) {
      events_.Emit("NoHandover", std::format("asked for by {}: {}", order.by, end.why), true);
    }
    if (left) PutBack(context, *left);
    return end;
  }

  /// Until it is done, or the engine is to end (one that never answers again is ended by the
  /// supervisor).
  void PutBack(const HandoverContext& context, const HandoverUndo& undo) {
    events_.Emit("Repair",
                 "the handover has ended, but the engine has not taken its settings back yet: min-"
                 "replicas-to-write and the pause of writes are put right as soon as it answers",
                 true);
    while (handovers_.IsOpen()) {
      const Deadline deadline = Deadline::In(kEngineTimeout);
      auto engine =
          RespClient::Connect("127.0.0.1", settings_->ports.client,
                              ToOwn(PeerLoginOf(settings_.Secrets(), context.identity)), deadline);
      if (engine && UndoHandover(*engine, undo, deadline)) return;
      (void)Deadline::In(kUndoLook).Sleep(kUndoLook);
    }
  }

  /// `step` with a connection to the own engine.
  Status AtEngine(const std::function<Status(RespClient&, Deadline)>& step) {
    const Deadline deadline = Deadline::In(kEngineTimeout);
    if (auto kept = kept_ ? kept_->Take(self_, deadline) : std::nullopt) {
      Status done = step(*kept, deadline);
      kept_->Put(self_, *std::move(kept));
      return done;
    }
    ASSIGN_OR_RETURN(RespClient engine,
                     ConnectToOwn(*settings_.Get(), settings_.Secrets(), deadline));
    return step(engine, deadline);
  }

  struct Declared {
    Settings settings;
    AddressBook addresses;
  };

  /// What holds by now; recreated Services have new addresses. As at the start when the release
  /// declares this member no more: whoever is left to lead is not known from there.
  [[nodiscard]] Declared DeclaredNow() {
    RefreshSettings(settings_, events_);
    Declared now{.settings = DeclaredSettings(settings_, Deadline::In(kApiTimeout)),
                 .addresses = live_.Addresses()};
    if (!now.settings.layout.Contains(self_)) now.settings = *settings_.Get();
    if (now.settings.layout.Members() == settings_->layout.Members()) return now;
    const AddressAnswers found = ResolveMembers(now.settings, Deadline::In(kDnsTimeout));
    for (const auto& [member, endpoint] : found.book) now.addresses[member] = endpoint;
    return now;
  }

  [[nodiscard]] HandoverContext Context(const Declared& now) {
    return {
        .settings = now.settings,
        .driver = driver_for_(now.settings.layout),
        .addresses = now.addresses,
        .secrets = settings_.Secrets(),
        .identity = identity_,
        .self = self_,
        .self_ip = "127.0.0.1",
        .volume = settings_.paths().data,
        .kept = kept_ ? &*kept_ : nullptr,
        .promoted = [this](MemberName member) { lead_label_.MoveTo(settings_->PodOf(member)); }};
  }

  EngineProbe& probe_;
  DriverFor driver_for_;
  LeadLabel lead_label_;
  VolumeWrites volume_writes_;
  DirectiveWatch::Start start_with_;
  bool append_only_ = false;                 ///< how the engine was started
  std::optional<PositionKeeper> positions_;  ///< of the engine's present life
  /// When the engine was last started again here after it had ended by itself.
  std::optional<std::chrono::steady_clock::time_point> restarted_at_;
  std::optional<KeptClients> kept_;  ///< the same
};

}  // namespace

Result<int> RunServer(LiveSettings& settings, DriverFor driver_for, const PodEnv& pod,
                      const std::vector<std::string>& engine_arguments) {
  ASSIGN_OR_RETURN(const MemberName self, DeclaredMember(*settings.Get(), pod));
  if (!self.HoldsData()) {
    return Fail(Code::kFailedPrecondition, "{} is a sentinel: use run sentinel", pod.name);
  }
  EngineProbe probe("127.0.0.1", settings->ports.client,
                    LoginSource([&settings] { return LoginOf(settings.Secrets()); }),
                    driver_for(settings->layout).rules().Sharded());
  Server server(settings, self, driver_for, pod, probe, engine_arguments);
  return server.Run(engine_arguments);
}

}  // namespace bowline
