#pragma once
// The copy of this program that the engine's container runs: the engine's image holds nothing of
// ours.

#include <filesystem>

#include "base/error.h"

namespace bowline {

/// Atomic, idempotent, read back afterwards. kPermissionDenied or kUnavailable by the folder's
/// state.
Status InstallTo(const std::filesystem::path& folder);

}  // namespace bowline
