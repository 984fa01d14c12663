#pragma once
// What the risks of all modes share.

#include <map>
#include <string>
#include <vector>

#include "plan/common/node_loss.h"

namespace bowline {

/// The members of a kind, by their node.
using ByNode = std::map<std::string, std::vector<MemberName>>;

/// Would fewer than a majority of `declared` voters be left when `lost` of `running` are gone?
bool TakesMajority(std::size_t running, std::size_t lost, int declared);

/// A replica that has all that its primary has sent.
bool InSync(const Report& report);

}  // namespace bowline
