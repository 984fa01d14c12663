#include "apply/board.h"

#include <algorithm>

namespace bowline {
namespace {

constexpr Milliseconds kSnapshotTimeout{700};
constexpr Milliseconds kProbeAge{500};

}  // namespace

void Board::SetPhase(Phase phase, std::string reason) {
  const std::scoped_lock lock(mutex_);
  if (phase == Phase::kRunning && card_.phase != Phase::kRunning) {
    replied_ = std::chrono::steady_clock::now();
    accepted_ = {};
    answer_ = {};
  }
  card_.phase = phase;
  card_.reason = std::move(reason);
  if (phase == Phase::kStopping) card_.engine.answers = false;
  if (phase == Phase::kStopping && card_.sentinel) card_.sentinel->answers = false;
}

void Board::SetVolume(const VolumeFacts& volume) {
  const std::scoped_lock lock(mutex_);
  card_.SetVolume(volume);
  if (card_.member.kind == MemberKind::kSentinel) {
    card_.sentinel = volume.sentinel.value_or(SentinelSnapshot{});
  }
}

void Board::SetSentinels(Cards sentinels, std::uint64_t term) {
  const std::scoped_lock lock(mutex_);
  sentinels_ = std::move(sentinels);
  card_.term = std::max(card_.term, term);
}

void Board::SetHeld() {
  const std::scoped_lock lock(mutex_);
  card_.held = true;
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

Card Board::Now(Milliseconds max_age) {
  {
    const std::scoped_lock lock(mutex_);
    if (card_.phase != Phase::kRunning || Since(taken_) <= max_age) return card_;
  }
  // Not under the lock: a slow engine must not make the whole board slow.
  Snapshots taken = probe_.Take(Deadline::In(kSnapshotTimeout));
  const std::scoped_lock lock(mutex_);
  taken_ = std::chrono::steady_clock::now();
  if (taken.engine.replied) replied_ = taken_;
  if (card_.phase != Phase::kRunning) return card_;
  if (taken.engine.answers) {
    answer_ = taken.engine;
    if (answer_.refusal.empty()) accepted_ = taken_;
  }
  card_.engine = std::move(taken.engine);
  // A sentinel that does not answer now has its memory all the same.
  if (taken.sentinel && (taken.sentinel->answers || !card_.sentinel)) {
    card_.sentinel = std::move(taken.sentinel);
  } else if (taken.sentinel) {
    card_.sentinel->answers = false;
    card_.sentinel->problem = taken.sentinel->problem;
  }
  return card_;
}

Card Board::Last() {
  const std::scoped_lock lock(mutex_);
  return card_;
}

EngineSnapshot Board::LastAnswer() {
  const std::scoped_lock lock(mutex_);
  return answer_;
}

ProbeInput Board::ForProbes() {
  const Card card = Now(kProbeAge);
  const std::scoped_lock lock(mutex_);
  return {.phase = card.phase,
          .reason = card.reason,
          .fenced = fenced_,
          .engine = card.engine,
          .silent = card.engine.replied ? Milliseconds(0) : Since(replied_),
          .layout = layout_,
          .self = card.member,
          .refusing = Since(accepted_),
          .max_lag_seconds = max_lag_seconds_,
          .sentinels = sentinels_,
          .sentinel = card.sentinel};
}

}  // namespace bowline
