#include "base/own_metrics.h"

#include <algorithm>
#include <array>

namespace bowline {
namespace {

using enum MetricType;

constexpr auto kOwn = std::to_array<OwnMetric>({
    {"bowline_build_info", kGauge, "version,mode",
     "Version of the program and mode of the release."},
    {"bowline_certificate_expiry_timestamp_seconds", kGauge, "",
     "When the certificate of the member ends, as Unix time."},
    {"bowline_engine_restarts_total", kCounter, "",
     "Starts of the engine or sentinel after the first one of this program."},
    {"bowline_engine_up", kGauge, "", "The engine, or the sentinel, answered the last look."},
    {"bowline_epoch", kGauge, "",
     "Config epoch of the shard (sentinel mode: of the set) as this member knows it."},
    {"bowline_events_dropped_total", kCounter, "",
     "Kubernetes Events that were not sent: too many waited, or the API server did not take them."},
    {"bowline_fenced", kGauge, "", "This primary is cut off and pauses its writes."},
    {"bowline_fences_total", kCounter, "",
     "Times that this primary was cut off and paused its writes."},
    {"bowline_handover_duration_seconds", kHistogram, "kind",
     "Duration of handovers and take-overs that this member ran, failed ones too."},
    {"bowline_handovers_total", kCounter, "kind,result",
     "Handovers and take-overs that this member ran."},
    {"bowline_kubernetes_errors_total", kCounter, "",
     "Calls to the Kubernetes API without an answer, or refused with a status of 400 or above "
     "other than 404 and 409."},
    {"bowline_kubernetes_requests_total", kCounter, "code",
     "Calls to the Kubernetes API by their HTTP status; code 0: no answer."},
    {"bowline_last_copy", kGauge, "",
     "This member has the last copy of its shard's data; its eviction is refused."},
    {"bowline_member_info", kGauge, "kind,shard,member", "What this member is."},
    {"bowline_member_seen", kGauge, "member",
     "Another declared member was heard within 10 s, by its program or its engine."},
    {"bowline_members_declared", kGauge, "", "Members that the release declares."},
    {"bowline_members_seen", kGauge, "",
     "Declared members that were heard within 10 s, this one included."},
    {"bowline_paused", kGauge, "", "bowline pause holds: this member repairs nothing by itself."},
    {"bowline_phase", kGauge, "phase", "Phase of this member: guard, running or stopping."},
    {"bowline_primary", kGauge, "", "The engine answers as a primary."},
    {"bowline_progress_bytes", kGauge, "work",
     "Bytes that the engine has loaded or received; absent while it does no such work."},
    {"bowline_progress_bytes_per_second", kGauge, "work", "Rate of that over the last 10 s."},
    {"bowline_progress_keys", kGauge, "work",
     "Keys that the engine has written; absent while it does no such work."},
    {"bowline_progress_keys_per_second", kGauge, "work", "Rate of that over the last 10 s."},
    {"bowline_progress_left_seconds", kGauge, "work",
     "Seconds until the work is done, at that rate; absent when its size is not known."},
    {"bowline_progress_size_bytes", kGauge, "work",
     "Bytes of all of the work; absent when the engine does not know it."},
    {"bowline_progress_size_keys", kGauge, "work",
     "Keys of all of the work; absent when the engine does not know it."},
    {"bowline_promotions_refused_total", kCounter, "reason",
     "Times that no replica, or not this one, was allowed to be promoted."},
    {"bowline_quorum", kGauge, "",
     "A majority of those who elect (primaries with slots, or sentinels) is heard here."},
    {"bowline_ready", kGauge, "", "The readiness probe says yes."},
    {"bowline_reason", kGauge, "reason",
     "Why the readiness probe says no; numbers are replaced by #. Absent when it says yes."},
    {"bowline_replicas_declared", kGauge, "",
     "Replicas that the release declares for the shard; told by a primary."},
    {"bowline_replicas_in_sync", kGauge, "",
     "Declared replicas that acknowledged within the last 2 s; told by a primary."},
    {"bowline_replication_full_copies_total", kCounter, "",
     "Full copies that this engine began to give to replicas since its start."},
    {"bowline_replication_lag_bytes", kGauge, "replica",
     "Bytes of the replication stream that the replica has not acknowledged; told by a primary."},
    {"bowline_replication_lag_seconds", kGauge, "replica",
     "Seconds since the replica last acknowledged; told by a primary."},
    {"bowline_replication_link_up", kGauge, "",
     "The link to the primary is up; told by a replica."},
    {"bowline_settings_applied", kGauge, "",
     "The member works by the declared configuration; 0: some of it waits or is refused."},
    {"bowline_settings_revision_info", kGauge, "revision",
     "Revision of the ConfigMap that the member has read."},
    {"bowline_unreplicated_seconds", kGauge, "",
     "For how long no replica has acknowledged what was written; told by a primary with "
     "maxUnreplicatedSeconds."},
    {"bowline_volume_refused", kGauge, "", "The start guard refuses the volume."},
    {"bowline_waited_seconds", kGauge, "",
     "Seconds that the start guard has waited; 0 once the engine is started."},
    {"bowline_waiting", kGauge, "", "The start guard has not started the engine yet."},
    {"bowline_writes_wait", kGauge, "",
     "Writes wait since no replica has acknowledged for maxUnreplicatedSeconds; told by a "
     "primary."},
});
static_assert(std::ranges::is_sorted(kOwn, {}, &OwnMetric::name));

}  // namespace

std::span<const OwnMetric> OwnMetrics() { return kOwn; }

const OwnMetric* FindOwnMetric(std::string_view name) {
  const auto found = std::ranges::lower_bound(kOwn, name, {}, &OwnMetric::name);
  return found != kOwn.end() && found->name == name ? &*found : nullptr;
}

void AddOwn(MetricSet& set, std::string_view name, double value, MetricLabels labels) {
  const OwnMetric* metric = FindOwnMetric(name);
  if (metric != nullptr) set.Add(name, metric->type, metric->help, value, std::move(labels));
}

}  // namespace bowline
