#include "apply/common/board.h"

#include <algorithm>

#include "sys/thread_root.h"

namespace bowline {
namespace {

constexpr Milliseconds kSnapshotTimeout{700};
constexpr Milliseconds kLook{1500};
// For a look that is on its way, and one after it.
constexpr Milliseconds kPatience{2 * kSnapshotTimeout + Milliseconds(100)};

}  // namespace

Board::Board(Card card, Layout layout, MemberProbe& probe, int max_lag_seconds,
             Milliseconds stuck_after)
    : card_(std::move(card)),
      layout_(layout),
      probe_(probe),
      max_lag_seconds_(max_lag_seconds),
      judge_(stuck_after),
      thread_(
          StartThread("looks at the engine", [this](const std::stop_token& stop) { Run(stop); })) {}

Board::~Board() {
  thread_.request_stop();
  thread_.join();
}

void Board::SetPhase(Phase phase, std::string reason) {
  const std::scoped_lock lock(mutex_);
  if (phase == Phase::kRunning && card_.phase != Phase::kRunning) {
    accepted_ = {};
    answer_ = {};
    promoted_.reset();
    begun_ = {};
    ++life_;
    judge_.Started();
    silence_ = Silence::kNone;
  }
  card_.phase = phase;
  card_.reason = std::move(reason);
  if (phase == Phase::kStopping) card_.engine.answers = false;
  if (phase == Phase::kStopping && card_.sentinel) card_.sentinel->answers = false;
  changed_.notify_all();
}

void Board::SetVolume(const VolumeFacts& volume) {
  const std::scoped_lock lock(mutex_);
  card_.SetVolume(volume);
  if (!card_.member.HoldsData()) {
    card_.sentinel = volume.sentinel.value_or(SentinelSnapshot{});
  }
}

void Board::SetSentinels(Cards sentinels, std::uint64_t term, std::uint64_t epoch) {
  const std::scoped_lock lock(mutex_);
  sentinels_ = std::move(sentinels);
  heard_epoch_ = std::max(heard_epoch_, epoch);
  card_.term = std::max(card_.term, term);
}

std::uint64_t Board::HeardEpoch() {
  const std::scoped_lock lock(mutex_);
  return heard_epoch_;
}

void Board::SetMissed(std::int64_t seconds) {
  const std::scoped_lock lock(mutex_);
  card_.missed_seconds = seconds;
}

void Board::SetHeld() {
  const std::scoped_lock lock(mutex_);
  card_.held = true;
}

void Board::SetWhole() {
  const std::scoped_lock lock(mutex_);
  card_.damage.clear();
}

void Board::SetAddresses(const AddressBook& addresses) {
  const std::scoped_lock lock(mutex_);
  addresses_ = addresses;
}

AddressBook Board::Addresses() {
  const std::scoped_lock lock(mutex_);
  return addresses_;
}

void Board::SetFenced(std::string reason) {
  const std::scoped_lock lock(mutex_);
  fenced_ = std::move(reason);
}

bool Board::FreshOrAsk(std::chrono::steady_clock::time_point since) {
  if (card_.phase != Phase::kRunning || begun_ >= since) return true;
  if (!wanted_) {
    wanted_ = true;
    changed_.notify_all();
  }
  return false;
}

Card Board::Now(Milliseconds max_age) {
  const auto since = std::chrono::steady_clock::now() - max_age;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [&] { return FreshOrAsk(since); });
  return Told();
}

bool Board::Fresh(Milliseconds max_age) {
  const std::scoped_lock lock(mutex_);
  return FreshOrAsk(std::chrono::steady_clock::now() - max_age);
}

void Board::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    int life = 0;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, kLook, [this] { return wanted_; });
      wanted_ = false;
      if (card_.phase != Phase::kRunning) continue;
      life = life_;
    }
    Look(life);
  }
}

void Board::Look(int life) {
  const auto begun = std::chrono::steady_clock::now();
  Snapshots taken = probe_.Take(Deadline::In(kSnapshotTimeout));
  const std::scoped_lock lock(mutex_);
  if (card_.phase != Phase::kRunning || life != life_) return;
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
    answer_ = taken.engine;
    answered_ = std::chrono::steady_clock::now();
    if (answer_.refusal.empty()) accepted_ = std::chrono::steady_clock::now();
  }
  card_.engine = std::move(taken.engine);
  // A sentinel that does not answer now has its memory all the same.
  if (taken.sentinel && (taken.sentinel->answers || !card_.sentinel)) {
    card_.sentinel = std::move(taken.sentinel);
  } else if (taken.sentinel) {
    card_.sentinel->answers = false;
    card_.sentinel->problem = taken.sentinel->problem;
  }
}

void Board::SetFenceEvidence(std::string evidence) {
  const std::scoped_lock lock(mutex_);
  card_.fence_evidence = std::move(evidence);
}

void Board::SetPause(std::optional<PauseOrder> pause) {
  const std::scoped_lock lock(mutex_);
  card_.pause = std::move(pause);
}

bool Board::Paused() {
  const std::scoped_lock lock(mutex_);
  return card_.pause && card_.pause->OnAt(Rfc3339Seconds());
}

void Board::SetLastCopy(std::string reason, bool eviction_allowed) {
  const std::scoped_lock lock(mutex_);
  card_.last_copy = std::move(reason);
  card_.eviction_allowed = eviction_allowed;
}

Card Board::Last() {
  const std::scoped_lock lock(mutex_);
  return Told();
}

Card Board::Told() const {
  Card card = card_;
  card.written_ms = written_.count() < 0 ? -1 : (written_ + Since(written_told_)).count();
  return card;
}

void Board::SetWritten(Milliseconds age) {
  const std::scoped_lock lock(mutex_);
  written_ = age;
  written_told_ = std::chrono::steady_clock::now();
}

std::string Board::Installation() {
  const std::scoped_lock lock(mutex_);
  return card_.installation;
}

EngineSnapshot Board::LastAnswer() {
  const std::scoped_lock lock(mutex_);
  return answer_;
}

ProbeInput Board::ForProbes() {
  const std::scoped_lock lock(mutex_);
  return {.phase = card_.phase,
          .reason = card_.reason,
          .fenced = fenced_,
          .engine = card_.engine,
          .answer = answer_,
          .silent = Since(answered_),
          .layout = layout_,
          .self = card_.member,
          .refusing = Since(accepted_),
          .promoted =
              promoted_ ? std::optional(RoleChange{.ago = Since(*promoted_), .epoch = promoted_in_})
                        : std::nullopt,
          .max_lag_seconds = max_lag_seconds_,
          .sentinels = sentinels_,
          .sentinel = card_.sentinel};
}

}  // namespace bowline
