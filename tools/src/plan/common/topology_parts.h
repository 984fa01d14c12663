#pragma once
// What the topologies of all modes share.

#include <string>
#include <vector>

#include "plan/common/topology.h"

namespace bowline {

/// Pod, node, address and reason; "silent" without a card.
TopologyRow StartRow(MemberName member, const AddressBook& addresses, const Cards& cards);

/// "ok", or what is wrong with the member's engine in a few words.
std::string EngineState(const Card& card);

/// The row, and its problem when its state is not "ok".
void AddRow(TopologyRow row, Topology& topology);

/// The replicas' lag, from their primaries' offsets.
void FillLag(const Cards& cards, std::vector<TopologyRow>& rows);

}  // namespace bowline
