#include "plan/common/metrics_member.h"

#include <algorithm>

#include "base/own_metrics.h"
#include "plan/common/metrics_info.h"
#include "plan/common/sync_proof.h"

namespace bowline {
namespace {

constexpr std::size_t kLongestReason = 160;
constexpr std::size_t kLeastId = 16;  // hex digits: replication ids, node ids, installations

double Flag(bool value) { return value ? 1 : 0; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }
/// Before a number that belongs to a name: "shard-0-1", "server-1".
bool EndsName(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; }

bool ProgramAnswers(const Report& report) {
  if (report.phase != Phase::kRunning) return false;
  if (report.member.HoldsData()) return report.engine.answers;
  return report.sentinel && report.sentinel->answers;
}

double EpochOf(const Report& report) {
  if (report.sentinel && !report.member.HoldsData()) {
    return static_cast<double>(report.sentinel->epochs.config);
  }
  const std::uint64_t told = report.engine.answers ? report.engine.cluster.my_epoch : 0;
  return static_cast<double>(told > 0 ? told : report.epoch);
}

/// Does the own engine have a link to the member's, in cluster mode?
bool EngineSees(const MemberFacts& facts, MemberName member) {
  const EngineSnapshot& engine = facts.report.engine;
  if (!engine.answers || facts.identity.installation.empty()) return false;
  const NodeLine* line = engine.view.Find(facts.identity.NodeIdOf(member));
  return line != nullptr && line->connected && !line->fail && !line->maybe_fail;
}

void AddOthers(const MemberFacts& facts, MetricSet& set) {
  int seen = 0;
  const std::vector<MemberName> members = facts.layout.Members();
  for (const MemberName member : members) {
    const auto heard = facts.heard.find(member);
    const bool own = member == facts.report.member;
    const bool is = own || (heard != facts.heard.end() && heard->second <= kSeenWithin) ||
                    EngineSees(facts, member);
    seen += is ? 1 : 0;
    if (!own) AddOwn(set, "bowline_member_seen", Flag(is), {{"member", member.ToString()}});
  }
  AddOwn(set, "bowline_members_declared", static_cast<double>(members.size()));
  AddOwn(set, "bowline_members_seen", seen);
}

/// Of the entries of one replica the one that has most: one of a lost node stays beside the one of
/// its successor for a while.
std::map<MemberName, ReplicaEntry> Followers(const MemberFacts& facts) {
  std::map<MemberName, ReplicaEntry> followers;
  for (const ReplicaEntry& entry : facts.report.engine.info.replicas) {
    const auto member = MemberAt(facts.addresses, entry.ip);
    if (!member || *member == facts.report.member || entry.state != "online") continue;
    const auto known = followers.find(*member);
    if (known == followers.end() || known->second.offset < entry.offset) followers[*member] = entry;
  }
  return followers;
}

void AddPrimary(const MemberFacts& facts, MetricSet& set) {
  const EngineInfo& info = facts.report.engine.info;
  const std::vector<MemberName> replicas = facts.layout.OthersOf(facts.report.member);
  const auto in_sync = ReplicasInSync(info, facts.addresses);
  AddOwn(set, "bowline_replicas_declared", static_cast<double>(replicas.size()));
  AddOwn(set, "bowline_replicas_in_sync",
         static_cast<double>(std::ranges::count_if(replicas, [&](MemberName replica) {
           return std::ranges::contains(in_sync, replica);
         })));
  for (const auto& [member, entry] : Followers(facts)) {
    const MetricLabels labels = {{"replica", member.ToString()}};
    AddOwn(set, "bowline_replication_lag_bytes",
           static_cast<double>(std::max<std::int64_t>(0, info.offset - entry.offset)), labels);
    if (entry.lag_seconds < 0) continue;
    AddOwn(set, "bowline_replication_lag_seconds", entry.lag_seconds, labels);
  }
}

void AddProgress(const std::vector<Progress>& works, MetricSet& set) {
  for (const Progress& progress : works) {
    const MetricLabels labels = {{"work", std::string(WorkName(progress.work))}};
    const bool bytes = InBytes(progress.work);
    const auto add = [&](std::string_view name, std::int64_t value) {
      if (value >= 0) AddOwn(set, name, static_cast<double>(value), labels);
    };
    add(bytes ? "bowline_progress_bytes" : "bowline_progress_keys", progress.done);
    add(bytes ? "bowline_progress_size_bytes" : "bowline_progress_size_keys", progress.total);
    add(bytes ? "bowline_progress_bytes_per_second" : "bowline_progress_keys_per_second",
        progress.per_second);
    add("bowline_progress_left_seconds", progress.left_seconds);
  }
}

void AddServer(const MemberFacts& facts, MetricSet& set) {
  const Report& report = facts.report;
  AddOwn(set, "bowline_primary", Flag(report.RunsAsPrimary()));
  AddOwn(set, "bowline_fenced", Flag(facts.fenced));
  AddOwn(set, "bowline_last_copy", Flag(!report.last_copy.empty()));
  if (!ProgramAnswers(report)) return;
  if (report.engine.info.primary) {
    AddPrimary(facts, set);
  } else {
    AddOwn(set, "bowline_replication_link_up", Flag(report.engine.info.link_up));
  }
  AddProgress(report.engine.progress, set);
  if (const auto copies = InfoNumber(facts.info, "sync_full")) {
    AddOwn(set, "bowline_replication_full_copies_total", *copies);
  }
}

}  // namespace

std::string ReasonLabel(std::string_view reason) {
  std::string label;
  for (std::size_t i = 0; i < reason.size() && label.size() < kLongestReason;) {
    const std::string_view rest = reason.substr(i);
    const auto hex = static_cast<std::size_t>(std::ranges::find_if_not(rest, IsHex) - rest.begin());
    const auto digits =
        static_cast<std::size_t>(std::ranges::find_if_not(rest, IsDigit) - rest.begin());
    const bool name = !label.empty() && EndsName(label.back());
    if (hex >= kLeastId && !name) {
      label += '#';
      i += hex;
    } else if (digits > 0) {
      label += name ? rest.substr(0, digits) : "#";
      i += digits;
    } else {
      label += reason[i++];
    }
  }
  return label;
}

void AddMemberMetrics(const MemberFacts& facts, MetricSet& set) {
  const Report& report = facts.report;
  const bool guard = report.phase == Phase::kGuard;
  AddOwn(set, "bowline_member_info", 1,
         {{"kind", report.member.HoldsData() ? "server" : "sentinel"},
          {"shard", std::to_string(report.member.shard)},
          {"member", report.member.ToString()}});
  AddOwn(set, "bowline_ready", Flag(facts.ready.ok));
  AddOwn(set, "bowline_phase", 1, {{"phase", std::string(PhaseName(report.phase))}});
  if (!facts.ready.ok) {
    AddOwn(set, "bowline_reason", 1, {{"reason", ReasonLabel(facts.ready.text)}});
  }
  AddOwn(set, "bowline_epoch", EpochOf(report));
  AddOwn(set, "bowline_engine_up", Flag(ProgramAnswers(report)));
  AddOwn(set, "bowline_volume_refused", Flag(report.volume == VolumeKind::kRefused));
  AddOwn(set, "bowline_waiting", Flag(guard));
  AddOwn(set, "bowline_waited_seconds",
         guard ? static_cast<double>(facts.waited.count()) / 1000 : 0);
  AddOwn(set, "bowline_paused", Flag(facts.paused));
  if (report.certificate_ends != 0) {
    AddOwn(set, "bowline_certificate_expiry_timestamp_seconds",
           static_cast<double>(report.certificate_ends));
  }
  if (report.configured) {
    AddOwn(set, "bowline_settings_applied", Flag(report.configured->holds));
    if (const std::string& revision = report.configured->revision; !revision.empty()) {
      AddOwn(set, "bowline_settings_revision_info", 1, {{"revision", revision}});
    }
  }
  AddOthers(facts, set);
  if (report.member.HoldsData()) AddServer(facts, set);
}

}  // namespace bowline
