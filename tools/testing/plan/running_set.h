#pragma once
// For tests only: a running set of servers and sentinels as their reports tell it, built in one
// line and changed in one more.

#include "testing/plan/running_cluster.h"

namespace bowline::testing {

inline constexpr MemberName kServer0 = ServerName(0);
inline constexpr MemberName kServer1 = ServerName(1);
inline constexpr MemberName kServer2 = ServerName(2);
inline constexpr MemberName kSentinel0 = SentinelName(0);
inline constexpr MemberName kSentinel1 = SentinelName(1);
inline constexpr MemberName kSentinel2 = SentinelName(2);

/// Everybody runs and answers, server-0 leads, the others follow it and are in sync.
class RunningSet {
 public:
  explicit RunningSet(const Layout& shape = Layout::Sentinel(3, 3))
      : layout(shape), addresses(Addresses(shape)) {
    for (const MemberName member : layout.Sentinels()) addresses[member].port = 26379;
    for (const MemberName member : layout.Members()) {
      Report& report = reports[member] = RunningReport(member);
      if (member.kind == MemberKind::kSentinel) report.sentinel.emplace().answers = true;
    }
    Lead(kServer0);
  }

  Layout layout;
  AddressBook addresses;
  Reports reports;

  Report& Of(MemberName member) { return reports.at(member); }
  EngineInfo& InfoOf(MemberName server) { return Of(server).engine.info; }
  SentinelSnapshot& ViewOf(MemberName sentinel) { return *Of(sentinel).sentinel; }

  /// Everybody has heard that the server leads; the next epoch.
  RunningSet& Lead(MemberName server) {
    for (const MemberName member : layout.MembersOf(0)) {
      EngineInfo& info = InfoOf(member);
      info.primary = member == server;
      info.link_up = !info.primary;
      info.replicas.clear();
      if (!info.primary) Follow(member, server);
    }
    for (const MemberName member : layout.MembersOf(0)) {
      if (member == server) continue;
      InfoOf(server).replicas.push_back({.ip = addresses.at(member).ip,
                                         .port = addresses.at(member).port,
                                         .state = "online",
                                         .offset = 1000,
                                         .lag_seconds = 1});
    }
    for (const MemberName sentinel : layout.Sentinels()) Name(sentinel, server);
    return *this;
  }
  RunningSet& Follow(MemberName replica, MemberName primary) {
    EngineInfo& info = InfoOf(replica);
    info.primary = false;
    info.primary_host = addresses.at(primary).ip;
    info.primary_port = addresses.at(primary).port;
    return *this;
  }
  /// The sentinel names the server, with the next epoch, and knows all others.
  RunningSet& Name(MemberName sentinel, MemberName server) {
    SentinelSnapshot& view = ViewOf(sentinel);
    view.primary = server;
    view.primary_ip = addresses.at(server).ip;
    view.primary_port = addresses.at(server).port;
    ++view.epochs.config;
    view.replicas.clear();
    view.sentinels.clear();
    for (const MemberName member : layout.Members()) {
      if (member == server || member == sentinel) continue;
      auto& list = member.kind == MemberKind::kSentinel ? view.sentinels : view.replicas;
      list.push_back(
          {.ip = addresses.at(member).ip, .port = addresses.at(member).port, .id = "id"});
    }
    return *this;
  }
  /// The member does not answer at all.
  RunningSet& Silence(MemberName member) {
    reports.erase(member);
    return *this;
  }
};

}  // namespace bowline::testing
