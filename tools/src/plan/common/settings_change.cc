#include "plan/common/settings_change.h"

#include <format>
#include <functional>
#include <optional>

namespace bowline {
namespace {

std::string Text(bool value) { return value ? "true" : "false"; }
std::string Text(int value) { return std::to_string(value); }
std::string Text(const std::string& value) { return value.empty() ? "\"\"" : value; }
std::string Text(EngineKind engine) { return engine == EngineKind::kRedis ? "redis" : "valkey"; }
std::string Text(TlsMode mode) {
  switch (mode) {
    case TlsMode::kOff:
      return "off";
    case TlsMode::kOffer:
      return "offer";
    case TlsMode::kPrefer:
      return "prefer";
    case TlsMode::kRequire:
      return "require";
  }
  return "";
}
std::string Text(const Layout& layout) { return layout.ToString(); }
std::string Text(const std::optional<MemberName>& member) {
  return member ? member->ToString() : "\"\"";
}
std::string Text(const std::vector<MemberName>& members) { return "{" + Join(members) + "}"; }

enum class When { kLive, kStart };

/// One value.
struct Field {
  const char* value;
  When when;
  std::function<std::string(const Settings&)> text;
  std::function<void(Settings& to, const Settings& from)> take;
};

/// `at`: a pointer to a member of Settings, or what finds a member of a member.
template <typename At>
Field Of(const char* value, When when, At at) {
  return {.value = value,
          .when = when,
          .text = [at](const Settings& settings) { return Text(std::invoke(at, settings)); },
          .take = [at](Settings& to,
                       const Settings& from) { std::invoke(at, to) = std::invoke(at, from); }};
}

template <typename Outer, typename Inner>
auto In(Outer Settings::* outer, Inner Outer::* inner) {
  return [=](auto& settings) -> auto& { return (settings.*outer).*inner; };
}

/// All, in the order in which the chart's values have them.
const std::vector<Field>& Fields() {
  static const std::vector<Field> fields = {
      Of("fullnameOverride", When::kStart, &Settings::fullname),
      Of("the release", When::kStart, &Settings::release),
      Of("namespaceOverride", When::kStart, &Settings::name_space),
      Of("the release's namespace", When::kStart, &Settings::release_namespace),
      Of("engine", When::kStart, &Settings::engine),
      Of("members", When::kStart, &Settings::layout),
      Of("cluster.nodeTimeoutMilliseconds", When::kStart, &Settings::node_timeout_milliseconds),
      Of("sentinel.quorum", When::kLive, In(&Settings::sentinel, &SentinelSettings::quorum)),
      Of("sentinel.masterName", When::kStart,
         In(&Settings::sentinel, &SentinelSettings::master_name)),
      Of("sentinel.downAfterMilliseconds", When::kLive,
         In(&Settings::sentinel, &SentinelSettings::down_after_milliseconds)),
      Of("sentinel.failoverTimeoutMilliseconds", When::kLive,
         In(&Settings::sentinel, &SentinelSettings::failover_timeout_milliseconds)),
      Of("sentinel.parallelSyncs", When::kLive,
         In(&Settings::sentinel, &SentinelSettings::parallel_syncs)),
      Of("sentinel.auth", When::kStart, In(&Settings::sentinel, &SentinelSettings::auth)),
      Of("sentinel.recoverFrom", When::kLive,
         In(&Settings::sentinel, &SentinelSettings::recover_from)),
      Of("auth.enabled", When::kStart, &Settings::auth),
      Of("the Secret's folder", When::kStart, &Settings::auth_directory),
      Of("auth.defaultUser.enabled", When::kLive, &Settings::default_user),
      Of("auth.keepForeignUsers", When::kLive, &Settings::keep_foreign_users),
      Of("auth.rotation.keepOldForSeconds", When::kLive, &Settings::keep_old_password_seconds),
      Of("persistence.enabled", When::kStart, &Settings::persistence),
      Of("ports.client", When::kStart, In(&Settings::ports, &Ports::client)),
      Of("ports.bus", When::kStart, In(&Settings::ports, &Ports::bus)),
      Of("ports.sentinel", When::kStart, In(&Settings::ports, &Ports::sentinel)),
      Of("tls.mode", When::kStart, In(&Settings::tls, &TlsSettings::mode)),
      Of("tls.clientCertificates", When::kStart, In(&Settings::tls, &TlsSettings::client_check)),
      Of("tls: the Secret's folder", When::kStart, In(&Settings::tls, &TlsSettings::directory)),
      Of("tls: the other port of servers", When::kStart,
         In(&Settings::tls, &TlsSettings::other_client_port)),
      Of("tls: the other port of sentinels", When::kStart,
         In(&Settings::tls, &TlsSettings::other_sentinel_port)),
      Of("ports.http", When::kStart, In(&Settings::ports, &Ports::http)),
      Of("ports.peers", When::kStart, In(&Settings::ports, &Ports::peers)),
      Of("clusterDomain", When::kStart, &Settings::cluster_domain),
      Of("fencing.enabled", When::kLive, &Settings::fencing),
      Of("failover.staleAfterSeconds", When::kLive, &Settings::stale_after_seconds),
      Of("maxReplicaLagSeconds", When::kLive, &Settings::max_replica_lag_seconds),
      Of("maxUnreplicatedSeconds", When::kLive, &Settings::max_unreplicated_seconds),
      Of("engineStuckSeconds", When::kLive, &Settings::engine_stuck_seconds),
      Of("maxMemoryPercent", When::kLive, &Settings::max_memory_percent),
      Of("startWithout", When::kLive, &Settings::start_without),
      Of("pdb.protectLastCopy", When::kLive, &Settings::protect_last_copy),
      Of("rbac.create: the record", When::kStart, &Settings::record),
      Of("events.enabled", When::kStart, &Settings::events),
      Of("rbac.create: the label of the role", When::kStart, &Settings::role_label),
      Of("probes.readiness.timeoutSeconds", When::kStart, &Settings::readiness_timeout_seconds),
      Of("terminationGracePeriodSeconds", When::kStart, &Settings::grace_seconds),
      Of("log.format", When::kLive, &Settings::log_format),
      Of("log.level", When::kLive, &Settings::log_level),
  };
  return fields;
}

}  // namespace

std::vector<SettingChange> Difference(const Settings& from, const Settings& to) {
  std::vector<SettingChange> changes;
  for (const Field& field : Fields()) {
    const std::string before = field.text(from);
    const std::string after = field.text(to);
    if (before == after) continue;
    changes.push_back(
        {.value = field.value, .from = before, .to = after, .live = field.when == When::kLive});
  }
  return changes;
}

Settings WithLive(const Settings& started, const Settings& declared) {
  Settings settings = started;
  for (const Field& field : Fields()) {
    if (field.when == When::kLive) field.take(settings, declared);
  }
  return settings;
}

std::string Tell(const std::vector<SettingChange>& changes) {
  std::string text;
  for (const SettingChange& change : changes) {
    text += std::format("{}{}: {} -> {} ({})", text.empty() ? "" : ", ", change.value, change.from,
                        change.to,
                        change.live ? "at once" : "from the next start of this container on");
  }
  return text;
}

}  // namespace bowline
