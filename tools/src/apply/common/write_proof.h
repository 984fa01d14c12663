#pragma once
// Proof that every shard takes writes: a key of its own is written, read back and deleted.

#include <string>
#include <vector>

#include "apply/common/observe.h"

namespace bowline {

/// One line for each shard whose primary is not known or did not keep a key for us; empty: all did.
/// The keys are named "bowline:check:..." and end by themselves after a minute.
std::vector<std::string> ProveWrites(const Settings& settings, const ModeRules& rules,
                                     const EngineSecrets& secrets, const Observation& seen,
                                     Deadline deadline);

}  // namespace bowline
