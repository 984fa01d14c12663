#pragma once
// What `bowline status` says of one member, in the words and units of its table. Pure.

#include <cstdint>
#include <string>

#include "plan/common/engine_facts.h"
#include "plan/common/text_grid.h"
#include "plan/common/topology.h"

namespace bowline {

/// How far a replica is behind its primary, and when that last had word of it: "1.2M 5s". Nothing
/// for others.
GridCell LagCell(const TopologyRow& row, const Topology& topology, const Reports& reports);
/// "1.2M/48.0M 3%"; without a limit "1.2M".
GridCell MemoryCell(const EngineFacts& facts);
/// "ok", or what is wrong and why; then what holds beside it: fenced, paused, last copy.
/// `report`: nullptr for a silent member; `time`: RFC 3339 in UTC with whole seconds.
GridCell StateCell(const TopologyRow& row, const Report* report, const std::string& time);
/// "aof, rdb 5m ago, 12 changed since, saves now: 120 of 300 keys (40%)". `now`: seconds since
/// 1970; `works`: what its report tells.
GridCell PersistenceCell(const EngineFacts& facts, std::int64_t now,
                         const std::vector<Progress>& works = {});
/// "2027-02-01 (63d0h)", "2026-11-01 (ended)"; nothing without a certificate. Both times: seconds
/// since 1970.
GridCell CertificateCell(std::int64_t ends, std::int64_t now);

}  // namespace bowline
