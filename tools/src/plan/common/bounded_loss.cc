#include "plan/common/bounded_loss.h"

#include <algorithm>
#include <format>

#include "base/timing.h"

namespace bowline {
namespace {

/// "*1\r\n$4\r\nPING\r\n", which the engine sends to its replicas by itself (replication.c,
/// replicationCron). No write is as short: the shortest has a name of eight letters, or a key.
constexpr std::int64_t kPingBytes = 14;

}  // namespace

ReplicationLook LookOf(const EngineInfo& primary, const std::vector<MemberName>& replicas,
                       const AddressBook& addresses) {
  ReplicationLook look{.history = primary.replication_id,
                       .offset = primary.offset,
                       .acked = -1,
                       .fed = !primary.replicas.empty()};
  for (const ReplicaEntry& entry : primary.replicas) {
    const auto member = MemberAt(addresses, entry.ip);
    if (!member || !std::ranges::contains(replicas, *member) || entry.state != "online") continue;
    look.acked = std::max(look.acked, entry.offset);
  }
  return look;
}

void LossJudge::Forget() {
  history_.clear();
  marks_.clear();
  waiting_ = false;
}

void LossJudge::Look(const ReplicationLook& look, Time asked) {
  const bool known = !marks_.empty() && history_ == look.history;
  if (!known || look.offset < marks_.back().offset) {
    Forget();
    history_ = look.history;
    covered_ = look.offset;
    asked_ = patient_until_ = asked;
  }
  if (asked - asked_ > kLossInterrupted) patient_until_ = asked + kReplicaAcks;
  asked_ = asked;
  covered_ = std::max(covered_, std::min(look.acked, look.offset));
  const bool clean = !marks_.empty() && marks_.back().offset <= covered_;
  if (clean && look.fed && look.offset - marks_.back().offset == kPingBytes) covered_ = look.offset;
  if (!marks_.empty() && marks_.back().offset == look.offset) {
    marks_.back().time = asked;
  } else {
    marks_.push_back({.time = asked, .offset = look.offset});
  }
  while (marks_.size() > 1 && marks_[1].offset <= covered_) marks_.pop_front();
}

std::optional<LossJudge::Time> LossJudge::Since() const {
  if (marks_.empty() || marks_.back().offset <= covered_) return std::nullopt;
  return marks_.front().time;
}

bool LossJudge::Judge(Time limit, Time now) {
  const auto since = Since();
  waiting_ = since && now - *since >= limit && (waiting_ || now >= patient_until_);
  return waiting_;
}

std::vector<std::string> HeldSentinels(const std::vector<ClientLine>& clients) {
  std::vector<std::string> ids;
  for (const ClientLine& client : clients) {
    const bool sentinel = client.name.starts_with("sentinel-") && client.name.ends_with("-cmd");
    if (sentinel && client.flags.contains('b')) ids.push_back(client.id);
  }
  return ids;
}

std::vector<std::string> DescribeWaitingWrites(const Reports& reports) {
  std::vector<std::string> lines;
  for (const auto& [member, report] : reports) {
    if (report.writes_wait.empty()) continue;
    lines.push_back(
        std::format("{}: writes wait: {}; to let them go on without a replica: helm "
                    "upgrade with maxUnreplicatedSeconds=0",
                    member.ToString(), report.writes_wait));
  }
  return lines;
}

}  // namespace bowline
