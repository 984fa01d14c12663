#pragma once
// What the topologies of all modes share.

#include <string>
#include <vector>

#include "plan/common/topology.h"

namespace bowline {

/// Pod, node, address and reason; "silent" without a report.
TopologyRow StartRow(MemberName member, const AddressBook& addresses, const Reports& reports);

/// "ok", or what is wrong with the member's engine in a few words.
std::string EngineState(const Report& report);

/// The row, and its problem when its state is not "ok".
void AddRow(TopologyRow row, Topology& topology);

/// The replicas' lag, from their primaries' offsets.
void FillLag(const Reports& reports, std::vector<TopologyRow>& rows);

}  // namespace bowline
