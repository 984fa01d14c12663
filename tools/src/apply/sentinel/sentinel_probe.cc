#include "apply/sentinel/sentinel_probe.h"

namespace bowline {
namespace {

// During a failover a sentinel learns that a replica obeyed from its next INFO; with a short period
// the right moment to ask for one comes by every second (facts/sentinel-phase.md).
constexpr Milliseconds kInfoPeriod{1000};
// A promotion cuts the links over which the other sentinels hear of it; they connect anew at most
// once a ping period, and the news is told every publish period. By default that is 1 s and 2 s.
constexpr Milliseconds kPublishPeriod{500};
constexpr Milliseconds kPingPeriod{500};

/// An error reply is a sign of life; a broken connection and silence are none.
bool IsReply(const Error& error) {
  return error.code != Code::kDeadlineExceeded && error.code != Code::kUnavailable;
}

}  // namespace

void SentinelProbe::SetAddresses(AddressBook addresses) {
  const std::scoped_lock lock(mutex_);
  addresses_ = std::move(addresses);
  moved_.clear();
  client_.reset();
  proved_ = {};
}

void SentinelProbe::SetMoved(AddressBook moved) {
  const std::scoped_lock lock(mutex_);
  moved_ = std::move(moved);
}

Result<SentinelSnapshot> SentinelProbe::Ask(Deadline deadline) {
  if (!client_) {
    ASSIGN_OR_RETURN(client_, RespClient::Connect("127.0.0.1", port_, login_(), deadline));
    // Set anew on every connection: the sentinel may have been restarted.
    (void)client_->SentinelPeriods(kInfoPeriod, kPublishPeriod, kPingPeriod, deadline);
  }
  ASSIGN_OR_RETURN(SentinelSnapshot snapshot, client_->SentinelMaster(master_name_, deadline));
  ASSIGN_OR_RETURN(snapshot.replicas, client_->SentinelReplicas(master_name_, deadline));
  ASSIGN_OR_RETURN(snapshot.sentinels, client_->SentinelSentinels(master_name_, deadline));
  RETURN_IF_ERROR(ProveSaved(deadline));
  snapshot.unsaved = unsaved_;
  snapshot.primary = MemberAt(moved_, snapshot.primary_ip);
  if (!snapshot.primary) snapshot.primary = MemberAt(addresses_, snapshot.primary_ip);
  snapshot.epochs.current = snapshot.epochs.leader = snapshot.epochs.config;
  snapshot.answers = true;
  return snapshot;
}

Status SentinelProbe::ProveSaved(Deadline deadline) {
  if (Since(proved_) < proof_period_) return {};
  const Status saved = client_->SentinelFlushConfig(deadline);
  if (!saved && !IsReply(saved.error())) return saved;
  proved_ = std::chrono::steady_clock::now();
  unsaved_ = saved ? "" : saved.error().message;
  return {};
}

Snapshots SentinelProbe::Take(Deadline deadline) {
  const std::scoped_lock lock(mutex_);
  Snapshots taken;
  auto asked = Ask(deadline);
  if (!asked) {
    taken.engine.replied = client_ && IsReply(asked.error());
    taken.engine.problem = asked.error().message;
    taken.sentinel.emplace().problem = asked.error().message;
    client_.reset();
    return taken;
  }
  taken.engine.replied = taken.engine.answers = true;
  taken.sentinel = *std::move(asked);
  return taken;
}

}  // namespace bowline
