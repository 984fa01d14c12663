#include "apply/common/live_state.h"

#include <algorithm>
#include <iterator>

#include "base/timing.h"
#include "plan/common/foreign_users.h"
#include "plan/common/passwords.h"

namespace bowline {
LiveState::LiveState(Lane& lane, Report report, Layout layout, MemberProbe& probe)
    : report_(std::move(report)),
      layout_(layout),
      probe_(probe),
      step_(lane, "looks at the engine", [this] {
        Look();
        return kEngineLook;
      }) {}

void LiveState::SetLimits(std::chrono::seconds max_lag, Milliseconds stuck_after) {
  const std::scoped_lock lock(mutex_);
  max_lag_ = max_lag;
  judge_.SetAfter(stuck_after);
}

void LiveState::SetPhase(Phase phase, std::string reason) {
  const std::scoped_lock lock(mutex_);
  if (phase == Phase::kRunning && report_.phase != Phase::kRunning) {
    accepted_ = {};
    answer_ = {};
    promoted_.reset();
    begun_ = {};
    ++life_;
    progress_.Forget();
    judge_.Started();
    silence_ = Silence::kNone;
  }
  report_.phase = phase;
  report_.reason = std::move(reason);
  if (phase == Phase::kStopping) report_.engine.answers = false;
  if (phase == Phase::kStopping && report_.sentinel) report_.sentinel->answers = false;
  changed_.notify_all();
}

void LiveState::SetVolume(const VolumeFacts& volume) {
  const std::scoped_lock lock(mutex_);
  report_.SetVolume(volume);
  if (!report_.member.HoldsData()) {
    report_.sentinel = volume.sentinel.value_or(SentinelSnapshot{});
  }
}

void LiveState::SetSentinels(Reports sentinels, std::uint64_t epoch, std::uint64_t named_in) {
  const std::scoped_lock lock(mutex_);
  sentinels_ = std::move(sentinels);
  heard_epoch_ = std::max(heard_epoch_, named_in);
  report_.epoch = std::max(report_.epoch, epoch);
}

std::uint64_t LiveState::HeardEpoch() {
  const std::scoped_lock lock(mutex_);
  return heard_epoch_;
}

void LiveState::SetMissed(std::int64_t seconds) {
  const std::scoped_lock lock(mutex_);
  report_.missed_seconds = seconds;
}

void LiveState::SetHeld() {
  const std::scoped_lock lock(mutex_);
  report_.held = true;
}

void LiveState::SetWhole() {
  const std::scoped_lock lock(mutex_);
  report_.damage.clear();
}

void LiveState::SetAddresses(const AddressBook& addresses) {
  const std::scoped_lock lock(mutex_);
  addresses_ = addresses;
}

AddressBook LiveState::Addresses() {
  const std::scoped_lock lock(mutex_);
  return addresses_;
}

void LiveState::SetFenced(std::optional<std::string> reason) {
  const std::scoped_lock lock(mutex_);
  report_.fenced = std::move(reason).value_or("");
}

void LiveState::SetUnreplicated(std::int64_t milliseconds, std::string wait) {
  const std::scoped_lock lock(mutex_);
  report_.unreplicated_ms = milliseconds;
  report_.writes_wait = std::move(wait);
}

bool LiveState::FreshOrAsk(std::chrono::steady_clock::time_point since) {
  if (report_.phase != Phase::kRunning || begun_ >= since) return true;
  if (!wanted_) {
    wanted_ = true;
    step_.Wake();
  }
  return false;
}

Report LiveState::Now(Milliseconds max_age) {
  const auto since = std::chrono::steady_clock::now() - max_age;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kSnapshotPatience, [&] { return FreshOrAsk(since); });
  return Told();
}

bool LiveState::Fresh(Milliseconds max_age) {
  const std::scoped_lock lock(mutex_);
  return FreshOrAsk(std::chrono::steady_clock::now() - max_age);
}

void LiveState::Look() {
  int life = 0;
  {
    const std::scoped_lock lock(mutex_);
    wanted_ = false;
    if (report_.phase != Phase::kRunning) return;
    life = life_;
  }
  LookAt(life);
}

void LiveState::LookAt(int life) {
  const auto begun = std::chrono::steady_clock::now();
  Snapshots taken = probe_.Take(Deadline::In(kSnapshotTimeout));
  const std::scoped_lock lock(mutex_);
  if (report_.phase != Phase::kRunning || life != life_) return;
  begun_ = begun;
  changed_.notify_all();
  const Heard unanswered = taken.loop_turns ? Heard::kLoop : Heard::kNothing;
  silence_ = judge_.Look(Since({}), taken.engine.replied ? Heard::kReply : unanswered);
  if (taken.engine.answers) {
    const bool replica = answer_.answers && !answer_.info.primary;
    if (!taken.engine.info.primary) {
      promoted_.reset();
    } else if (replica) {
      promoted_ = std::chrono::steady_clock::now();
      promoted_in_ = heard_epoch_;
    }
    if (!answer_.answers || answer_.info.primary != taken.engine.info.primary) {
      role_since_ = std::chrono::steady_clock::now();
    }
    taken.engine.progress = progress_.Look(taken.works, Since({}));
    answer_ = taken.engine;
    answered_ = std::chrono::steady_clock::now();
    if (answer_.refusal.empty()) accepted_ = std::chrono::steady_clock::now();
  }
  report_.engine = std::move(taken.engine);
  // A sentinel that does not answer now has its memory all the same.
  if (taken.sentinel && (taken.sentinel->answers || !report_.sentinel)) {
    report_.sentinel = std::move(taken.sentinel);
  } else if (taken.sentinel) {
    report_.sentinel->answers = false;
    report_.sentinel->problem = taken.sentinel->problem;
  }
}

void LiveState::SetFenceEvidence(std::string evidence) {
  const std::scoped_lock lock(mutex_);
  report_.fence_evidence = std::move(evidence);
}

void LiveState::SetPause(std::optional<PauseOrder> pause) {
  const std::scoped_lock lock(mutex_);
  report_.pause = std::move(pause);
}

bool LiveState::Paused() {
  const std::scoped_lock lock(mutex_);
  return report_.pause && report_.pause->OnAt(Rfc3339Seconds());
}

void LiveState::SetLastCopy(std::string reason, bool eviction_allowed) {
  const std::scoped_lock lock(mutex_);
  report_.last_copy = std::move(reason);
  report_.eviction_allowed = eviction_allowed;
}

void LiveState::SetCertificateEnd(std::int64_t ends) {
  const std::scoped_lock lock(mutex_);
  report_.certificate_ends = ends;
}

void LiveState::SetConfigured(const ConfiguredVerdict& verdict) {
  const std::scoped_lock lock(mutex_);
  report_.configured = verdict;
}

void LiveState::SetPasswords(const EngineSecrets& secrets, std::vector<MemberName> waits) {
  const std::scoped_lock lock(mutex_);
  report_.passwords = DigestOf(secrets);
  report_.passwords_without_users = DigestWithoutUsers(secrets);
  report_.passwords_used = !secrets.spreading;
  report_.passwords_wait = std::move(waits);
  report_.outgoing = secrets.outgoing;
}

void LiveState::SetForeignUsers(std::vector<std::string> ending,
                                std::optional<std::map<std::string, std::string>> kept) {
  // A report is small.
  if (ending.size() > kMostKeptTold) ending.resize(kMostKeptTold);
  while (kept && kept->size() > kMostKeptTold) kept->erase(std::prev(kept->end()));
  const std::scoped_lock lock(mutex_);
  report_.foreign_users = std::move(ending);
  report_.kept_users = std::move(kept);
}

Report LiveState::Last() {
  const std::scoped_lock lock(mutex_);
  return Told();
}

Report LiveState::Told() const {
  Report report = report_;
  report.written_ms = written_.count() < 0 ? -1 : (written_ + Since(written_told_)).count();
  report.role_changes = role_changes_.AgesInSeconds(Since({}));
  if (answer_.answers) {
    report.role_seconds =
        std::chrono::duration_cast<std::chrono::seconds>(Since(role_since_)).count();
  }
  return report;
}

void LiveState::SetRoleChanges(const RoleBudget& changes) {
  const std::scoped_lock lock(mutex_);
  role_changes_ = changes;
}

void LiveState::SetWritten(Milliseconds age) {
  const std::scoped_lock lock(mutex_);
  written_ = age;
  written_told_ = std::chrono::steady_clock::now();
}

std::string LiveState::Installation() {
  const std::scoped_lock lock(mutex_);
  return report_.installation;
}

EngineSnapshot LiveState::LastAnswer() {
  const std::scoped_lock lock(mutex_);
  return answer_;
}

ProbeInput LiveState::ForProbes() {
  const std::scoped_lock lock(mutex_);
  return {.phase = report_.phase,
          .reason = report_.reason,
          .fenced = report_.fenced.empty() ? std::nullopt : std::optional(report_.fenced),
          .engine = report_.engine,
          .answer = answer_,
          .silent = Since(answered_),
          .layout = layout_,
          .self = report_.member,
          .refusing = Since(accepted_),
          .promoted =
              promoted_ ? std::optional(RoleChange{.ago = Since(*promoted_), .epoch = promoted_in_})
                        : std::nullopt,
          .max_lag_seconds = static_cast<int>(max_lag_.count()),
          .sentinels = sentinels_,
          .sentinel = report_.sentinel};
}

}  // namespace bowline
