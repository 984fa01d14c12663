#include "apply/common/guard.h"

#include <cctype>
#include <utility>

#include "apply/common/counting.h"
#include "apply/common/declared.h"
#include "apply/common/handover.h"
#include "apply/common/kept_dataset.h"
#include "apply/common/mode_driver.h"
#include "apply/common/password_watch.h"
#include "apply/common/record.h"
#include "apply/common/settings_news.h"
#include "apply/common/volume_io.h"
#include "base/timing.h"
#include "plan/common/start_parts.h"
#include "sys/log.h"
#include "sys/random_hex.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{150};  // between two looks while waiting
constexpr Milliseconds kLockLook{20};
constexpr Milliseconds kQuickStart{5000};
constexpr Milliseconds kTakeOverTimeout{8000};
constexpr Milliseconds kDeclaredTimeout{500};
constexpr Milliseconds kDeclaredLook{2000};  // while others are declared
// A volume on which no copy can be made may fail for good: the start goes on.
constexpr Milliseconds kKeepPatience{60'000};

/// "follow" -> "Follow", as Kubernetes wants the reason of a condition.
std::string Capitalized(std::string_view word) {
  std::string text(word);
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

}  // namespace

Guard::Guard(LiveSettings& settings, MemberName self, const ModeDriver& driver, LiveState& live,
             EventSink& events, PodConditions& conditions, Peers& peers,
             std::optional<DatasetDamage> damage, bool again)
    : settings_(settings),
      self_(self),
      driver_(driver),
      live_(live),
      events_(events),
      conditions_(conditions),
      peers_(peers),
      damage_(std::move(damage)),
      again_(again),
      role_changes_(settings.paths().run, live) {}

Error Guard::Refused(const std::string& reason) {
  std::string text = reason;
  const auto copy = Quarantine(settings_.paths().data, "nodes.conf");
  if (copy) text += std::format("; the file is untouched, a copy is {}", copy->string());
  events_.Emit("StartRefused", text, true);
  conditions_.NotRunning("StartRefused", text);
  return {.code = Code::kDataLoss, .message = text};
}

Status Guard::TakeVolume(const std::function<bool(Milliseconds)>& pause) {
  while (true) {
    const auto locked = TryLockVolume(settings_.paths().data);
    if (!locked && locked.error().code != Code::kUnavailable) return FailWith(locked, "volume");
    if (!locked) LogWarning("the volume cannot be locked", {{"err", locked.error().ToString()}});
    locked_ = locked.value_or(false);
    if (!locked || locked_) break;
    Announce({.action = StartAction::kWait,
              .reason = "the previous process of this member still runs on this volume"});
    if (!pause(kLockLook)) return Fail(Code::kAborted, "told to stop while the volume was in use");
  }
  if (locked_) TidyVolume();
  RETURN_IF_ERROR(JudgeOwnVolume());
  RETURN_IF_ERROR(SettleDataset());
  live_.SetVolume(volume_);
  SettlePasswords(settings_, live_);
  LogInfo("volume",
          {{"kind", VolumeKindName(volume_.kind)}, {"datasetBytes", volume_.dataset.bytes}});
  if (volume_.kind == VolumeKind::kRefused) return std::unexpected(Refused(volume_.reason));
  if (!volume_.reason
           .empty()) {  // a sentinel's memory that cannot be read: the others have it, too
    const auto copy = Quarantine(settings_.paths().data, "sentinel.conf");
    events_.Emit("SentinelStateLost",
                 volume_.reason + (copy ? std::format("; a copy is {}", copy->string()) : ""),
                 true);
  }
  return {};
}

Result<GuardOutcome> Guard::Run(const std::function<bool(Milliseconds)>& pause) {
  // What the process before this one has told of itself is over.
  conditions_.NotRunning("StartWaiting", "the start has begun");
  RETURN_IF_ERROR(TakeVolume(pause));
  while (true) {
    RefreshSettings(settings_, events_);
    RETURN_IF_ERROR(CheckMembers());
    const StartPlan plan =
        LookUpAddresses() ? Decide()
                          : StartPlan{.action = StartAction::kWait, .reason = announced_reason_};
    Announce(plan);
    if (plan.action == StartAction::kRefuse) return std::unexpected(Refused(plan.reason));
    const auto ready = plan.target && !addresses_.contains(*plan.target)
                           ? Result<bool>(Fail(Code::kUnavailable, "{} has no known address",
                                               plan.target->ToString()))
                           : Act(plan);
    if (!ready) {
      StepFailed(plan, ready.error());
    } else if (*ready) {
      return Outcome(plan);
    }
    if (!pause(kLook)) return Fail(Code::kAborted, "told to stop before the engine was started");
  }
}

GuardOutcome Guard::Outcome(const StartPlan& plan) const {
  GuardOutcome outcome{.volume = volume_,
                       .addresses = addresses_,
                       .announced = addresses_.at(self_),
                       .decision = Capitalized(StartActionName(plan.action)),
                       .reason = std::format("{}: {}", StartActionName(plan.action), plan.reason),
                       .append_only = volume_.dataset.action == DatasetAction::kUseLog,
                       .passive = plan.passive};
  if (plan.action == StartAction::kFollow) {
    outcome.follow = addresses_.at(*plan.target);
  }
  return outcome;
}

bool Guard::LookUpAddresses() {
  if (!known_.MustAsk(Since(began_))) return known_.Complete() || addresses_.contains(self_);
  const AddressAnswers answers = ResolveMembers(*settings_.Get(), Deadline::In(kStartDns));
  known_.Answered(answers.book, Since(began_));
  if (known_.MayUseSaved(Since(began_))) {
    // DNS is down: member Services keep their addresses, so what the volume knows is most likely
    // still right.
    known_.Saved(volume_.conf
                     ? AddressesFromFile(*volume_.conf, volume_.state.identity, settings_->layout)
                     : LoadAddresses(settings_.paths().data, *settings_.Get()));
  }
  addresses_ = known_.Book();
  if (known_.Complete()) return true;
  if (Since(began_) > kDnsPatience && addresses_.contains(self_)) return true;
  announced_reason_ = "looking up the members' Services: " +
                      (answers.failures.empty() ? "" : answers.failures.front());
  return false;
}

StartPlan Guard::Decide() {
  const Status looked = LookAtFilesAgain();
  if (!looked) return Wait(looked.error().message);
  const Milliseconds timeout = Since(began_) < kFirstLooks ? kFirstReports : kStartReports;
  std::vector<MemberName> unread;
  reports_ = peers_.Gather(addresses_, Deadline::In(timeout), &unread);
  StartInput input{.layout = settings_->layout,
                   .self = self_,
                   .addresses = addresses_,
                   .volume = volume_,
                   .peers = reports_,
                   .unread = std::move(unread),
                   .record_installation = std::nullopt,
                   .waited = Since(began_),
                   .locked = locked_,
                   .stale_after = std::chrono::seconds(settings_->stale_after_seconds),
                   .recover_from = settings_->sentinel.recover_from,
                   .without = settings_->start_without};
  if (volume_.state.identity.installation.empty() && !settings_->record.empty()) {
    auto record = ReadRecord(*settings_.Get());
    if (record) input.record_installation = *std::move(record);
  }
  StartPlan plan = PlanStart(input, driver_.rules());
  if (!self_.HoldsData() && StartsProcess(plan.action)) {
    if (const auto why = WaitForPasswords()) return Wait(*why);
  }
  return Alone() && StartsProcess(plan.action) ? UnlessOthersAreDeclared(std::move(plan)) : plan;
}

std::optional<std::string> Guard::WaitForPasswords() const {
  if (!settings_->auth) return std::nullopt;
  std::map<MemberName, ToldPasswords> told;
  for (const auto& [member, report] : reports_) {
    if (!member.HoldsData()) continue;
    told[member] = {.digest = report.passwords, .without_users = report.passwords_without_users};
  }
  return WaitForServers(settings_.Secrets(), told, settings_->layout.MembersOf(0).size(),
                        Since(began_));
}

Status Guard::CheckMembers() const {
  if (!Alone()) return {};
  Layout layout = settings_.Declared()->layout;
  if (again_ && declared_ && layout.Members().size() == 1) layout = *declared_;
  if (layout.Members().size() == 1) return {};
  return Fail(Code::kUnavailable,
              "helm upgrade has made this release {}: the container starts anew as one of them",
              layout.ToString());
}

StartPlan Guard::UnlessOthersAreDeclared(StartPlan plan) {
  if (!declared_ || Since(asked_declared_) >= kDeclaredLook) {
    const auto told = AskDeclaredSettings(settings_, Deadline::In(kDeclaredTimeout));
    // No answer takes an earlier one back.
    if (told || !declared_) declared_ = told ? told->layout : settings_->layout;
    asked_declared_ = std::chrono::steady_clock::now();
  }
  return WaitForOthersDeclared(settings_->layout, *declared_, std::move(plan));
}

void Guard::Announce(const StartPlan& plan) {
  live_.SetPhase(Phase::kGuard, plan.reason);
  const std::string text = std::format("{}: {}", StartActionName(plan.action), plan.reason);
  // A start that is quick tells nothing of what it waited for.
  if (plan.action == StartAction::kWait && Since(began_) > kQuickStart && text != told_wait_) {
    told_wait_ = text;
    events_.Emit("StartWaiting", plan.reason, true);
  }
  if (text == announced_reason_) return;
  announced_reason_ = text;
  if (plan.action != StartAction::kRefuse) {
    conditions_.NotRunning("StartWaiting", plan.action == StartAction::kWait ? plan.reason : text);
  }
  LogInfo("start decision", {{"action", StartActionName(plan.action)},
                             {"why", plan.reason},
                             {"waitedMs", Since(began_).count()}});
  if (plan.action != StartAction::kWait && plan.action != StartAction::kRefuse) {
    events_.Emit("StartDecided", text, plan.warning);
  }
}

void Guard::StepFailed(const StartPlan& plan, const Error& error) {
  const std::string text =
      std::format("{} ({}): {}", StartActionName(plan.action), plan.reason, error.ToString());
  live_.SetPhase(Phase::kGuard, text);
  if (text == failure_) return;  // tried again several times a second: told once
  failure_ = text;
  conditions_.NotRunning("StartWaiting", text);
  events_.Emit("StartWaiting", text, true);
}

Result<bool> Guard::Act(const StartPlan& plan) {
  switch (plan.action) {
    case StartAction::kWait:
    case StartAction::kRefuse:
      return false;
    case StartAction::kFound:
      RETURN_IF_ERROR(Found());
      return false;
    case StartAction::kAdopt:
      RETURN_IF_ERROR(Adopt(plan.installation));
      return false;
    case StartAction::kHandOver: {
      RETURN_IF_ERROR(MayHandOver());
      const HandoverContext ctx{.settings = *settings_.Get(),
                                .driver = driver_,
                                .addresses = addresses_,
                                .secrets = settings_.Secrets(),
                                .identity = volume_.state.identity,
                                .self = self_,
                                .self_ip = "127.0.0.1",
                                .volume = settings_.paths().data};
      const auto began = std::chrono::steady_clock::now();
      const Status taken = TakeOverDead(ctx,
                                        {.member = *plan.target,
                                         .position = plan.target_position,
                                         .without_quorum = plan.without_quorum,
                                         .accept_loss = plan.loss},
                                        Deadline::In(kTakeOverTimeout));
      CountHandover(kForStart, taken.has_value(), began);
      RETURN_IF_ERROR(taken);
      role_changes_.CountAtStart();
      if (plan.loss) events_.Emit("LossAccepted", plan.reason, true);
      const std::string text = "this member was the primary; another one leads now";
      events_.Emit("HandedOver", text);
      conditions_.Role(false, "HandedOver", text);
      return false;
    }
    case StartAction::kSeed:
    case StartAction::kResume:
    case StartAction::kFollow:
    case StartAction::kLead:
      RETURN_IF_ERROR(WriteConf(plan));
      return true;
  }
  return Fail(Code::kInternal, "unknown start action");
}

Status Guard::MayHandOver() {
  Reports shard = reports_;
  shard[self_] = live_.Last();
  if (!role_changes_.budget().HandedOver() ||
      RoleChangesOf(settings_->layout, shard, self_.shard) < RoleBudget::kChanges) {
    return {};
  }
  return Fail(Code::kAborted,
              "others have taken over at this start, the lead of this shard has been moved {} "
              "times within 10 minutes without a death, and nobody leads: no other one is asked "
              "before the first of these is over; see bowline status, and delete this pod to begin "
              "anew",
              RoleBudget::kChanges);
}

Status Guard::Found() {
  std::string installation = RandomHex();
  if (!settings_->record.empty()) {
    // Whoever wrote the record first wins, should two pods of this member ever run at once.
    ASSIGN_OR_RETURN(installation, FoundInRecord(*settings_.Get(), installation));
  }
  return Adopt(installation);
}

Status Guard::Adopt(const std::string& installation) {
  VolumeState state = volume_.state;
  state.identity.installation = installation;
  state.held = false;
  RETURN_IF_ERROR(SaveState(settings_.paths().data, state));
  volume_.state = state;
  if (volume_.kind == VolumeKind::kFresh) {
    RETURN_IF_ERROR(JudgeOwnVolume());
  }
  live_.SetVolume(volume_);
  return {};
}

Status Guard::WriteConf(const StartPlan& plan) {
  if (self_.HoldsData()) RETURN_IF_ERROR(PrepareData(plan));
  RETURN_IF_ERROR(driver_.WriteStart({.settings = *settings_.Get(),
                                      .paths = settings_.paths(),
                                      .self = self_,
                                      .secrets = settings_.Secrets(),
                                      .volume = volume_,
                                      .addresses = addresses_,
                                      .reports = reports_},
                                     plan));
  role_changes_.Started();
  if (!self_.HoldsData()) return {};
  NoteKind();
  // Only now is it sure that the engine starts with what is there.
  return NoteEmpty();
}

Status Guard::PrepareData(const StartPlan& plan) {
  if (plan.keep_copy) {
    const auto kept = KeepDatasetAndTell(settings_.paths().data, plan.reason, events_);
    if (!kept && Since(began_) < kKeepPatience) return std::unexpected(kept.error());
    if (!kept) events_.Emit("DatasetNotKept", kept.error().message, true);
  }
  RETURN_IF_ERROR(Mend(plan));
  return plan.action == StartAction::kFollow ? Status() : DropNote();
}

void Guard::NoteKind() {
  VolumeState state = volume_.state;
  // Which engine wrote data that is there is known when this one has read it (Monitor).
  if (volume_.kind != VolumeKind::kData) state.engine = settings_->EngineName();
  state.mode = settings_->ModeName();
  if (state == volume_.state) return;
  const Status saved = SaveState(settings_.paths().data, state);
  if (saved) {
    volume_.state = std::move(state);
  } else {  // a full volume is no reason not to start
    LogWarning("cannot note what this volume is of", {{"err", saved.error().ToString()}});
  }
}

Status Guard::NoteEmpty() {
  if (volume_.kind == VolumeKind::kData || !volume_.state.held) return {};
  volume_.state.held = false;
  RETURN_IF_ERROR(SaveState(settings_.paths().data, volume_.state));
  live_.SetVolume(volume_);
  return {};
}

Status Guard::DropNote() {
  RETURN_IF_ERROR(DropHandoverNote(settings_.paths().data));
  volume_.handover.reset();
  live_.SetVolume(volume_);
  return {};
}

}  // namespace bowline
