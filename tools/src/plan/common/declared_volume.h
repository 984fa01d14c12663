#pragma once
// Does a volume fit what is declared? Without API rights there is no gate that asks before an
// upgrade (docs/decisions/0029-upgrade-gate.md), so a member refuses what it can see itself, at its
// start. Pure.

#include <optional>
#include <string>

#include "model/layout.h"
#include "plan/common/volume.h"

namespace bowline {

/// What the settings declare.
struct DeclaredKind {
  const Layout& layout;
  std::string engine;  ///< "redis", "valkey"
  std::string mode;    ///< "cluster", "sentinel", "standalone"
};

/// Why `volume` must not be started from: another engine or mode has written it, or its nodes.conf
/// gives slots to shards of this installation that are not declared any more. With the remedy.
/// Nothing: it fits. What an earlier version has not noted is not compared.
std::optional<std::string> AgainstDeclared(const VolumeFacts& volume, const DeclaredKind& declared);

}  // namespace bowline
