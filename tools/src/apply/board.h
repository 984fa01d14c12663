#pragma once
// What this member shows to the world: its phase and reason, its volume, its engine. Written by the
// guard, the monitor and the supervisor, read by the HTTP handlers.

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "apply/member_probe.h"
#include "plan/card.h"
#include "plan/probe.h"
#include "plan/shard_view.h"

namespace bowline {

class Board {
 public:
  /// `card` carries the names; `probe` looks at the own process. `max_lag_seconds`: see ProbeInput.
  Board(Card card, Layout layout, MemberProbe& probe, int max_lag_seconds = 0)
      : card_(std::move(card)), layout_(layout), probe_(probe), max_lag_seconds_(max_lag_seconds) {}

  void SetPhase(Phase phase, std::string reason);
  /// The volume as the guard found it (or has just changed it).
  void SetVolume(const VolumeFacts& volume);
  void SetHeld();
  /// Sentinel mode: the other sentinels' cards, for the probes, and the term that they tell.
  void SetSentinels(Cards sentinels, std::uint64_t term);

  /// Where the members are, as last looked up.
  void SetAddresses(const AddressBook& addresses);
  AddressBook Addresses();
  /// Why writes are paused; empty: they are not.
  void SetFenced(std::string reason);

  /// The card with an engine snapshot not older than `max_age`.
  Card Now(Milliseconds max_age);
  /// The card as it stands, without a look at the engine.
  Card Last();
  /// The engine's last answer since it was started (answers: false when there is none): what it was
  /// when it died or fell silent, which a look at that very moment cannot tell.
  EngineSnapshot LastAnswer();
  /// For the probes: the last snapshot and how long the engine has been silent.
  ProbeInput ForProbes();

 private:
  std::mutex mutex_;
  Card card_;
  Layout layout_;
  Cards sentinels_;
  EngineSnapshot answer_;  ///< the last one that tells anything
  AddressBook addresses_;
  std::string fenced_;
  MemberProbe& probe_;
  int max_lag_seconds_;
  std::chrono::steady_clock::time_point taken_;
  std::chrono::steady_clock::time_point replied_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point accepted_;  ///< the last look that found no refusal
};

}  // namespace bowline
