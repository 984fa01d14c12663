#pragma once
// For tests only: a server and a sentinel of testing/plan/sentinel_simulation.h, and their reports.
// A dataset is the list of writes that it has seen. A sentinel takes the word of a higher epoch; a
// majority of them promotes any replica whose priority is not 0 when the primary does not run.

#include <algorithm>
#include <string>
#include <vector>

#include "testing/plan/sentinel_start.h"

namespace bowline::testing {

using Writes = std::vector<int>;

/// Has `whole` all that `part` has?
inline bool Contains(const Writes& whole, const Writes& part) {
  return std::ranges::mismatch(whole, part).in2 == part.end();
}

struct SimServer {
  MemberName name;
  VolumeFacts volume;  ///< as its last start has found it; position and epoch as of now
  Writes writes;
  bool up = true;  ///< its pod answers
  bool running = false;
  bool primary = false;
  MemberName follows;
  bool linked = false;   ///< its link was up in this life
  bool passive = false;  ///< replica-priority 0
  bool copied = false;   ///< this start has kept a copy of its dataset
  MemberName compared;   ///< whom this start has compared its dataset with
  std::string waits;

  [[nodiscard]] bool Leads() const { return up && running && primary; }
};

struct SimSentinel {
  MemberName name;
  VolumeFacts volume;
  bool up = true;
  bool running = false;
  SentinelSnapshot word;
  std::string waits;
};

/// `primary_ip` is the address of the one that it follows, `primary_leads` whether that one runs as
/// primary.
inline Report ReportOf(const SimServer& server, const std::string& primary_ip, bool primary_leads) {
  Report report;
  report.member = server.name;
  report.SetVolume(server.volume);
  report.phase = server.running ? Phase::kRunning : Phase::kGuard;
  if (!server.running) return report;
  report.engine.answers = report.engine.replied = true;
  report.engine.keys = std::ssize(server.writes);
  EngineInfo& info = report.engine.info;
  info.primary = server.primary;
  info.offset = std::ssize(server.writes);
  if (server.volume.position) {
    info.replication_id = server.volume.position->replication_id;
    info.previous_id = server.volume.position->previous_id;
    info.previous_offset = server.volume.position->previous_offset;
  }
  if (server.primary) return report;
  info.primary_host = primary_ip;
  info.link_up = server.linked && primary_leads;
  info.link_down_seconds = server.linked && !info.link_up ? 1 : -1;
  return report;
}
inline Report ReportOf(const SimSentinel& sentinel) {
  Report report;
  report.member = sentinel.name;
  report.SetVolume(sentinel.volume);
  report.phase = sentinel.running ? Phase::kRunning : Phase::kGuard;
  report.sentinel =
      sentinel.running ? sentinel.word : sentinel.volume.sentinel.value_or(SentinelSnapshot{});
  return report;
}

inline std::string Describe(const SimServer& server) {
  const std::string does = !server.up        ? "down"
                           : !server.running ? "waits: " + server.waits
                           : server.primary  ? "leads"
                                             : "follows " + server.follows.ToString();
  return std::format("{}: {}, {} writes, term {}\n", server.name.ToString(), does,
                     server.writes.size(), server.volume.Epoch());
}
inline std::string Describe(const SimSentinel& sentinel) {
  const std::string does = !sentinel.up        ? "down"
                           : !sentinel.running ? "waits: " + sentinel.waits
                                               : "runs";
  return std::format("{}: {}, {} in {}\n", sentinel.name.ToString(), does,
                     sentinel.word.primary ? sentinel.word.primary->ToString() : "nobody",
                     sentinel.word.epochs.config);
}

}  // namespace bowline::testing
