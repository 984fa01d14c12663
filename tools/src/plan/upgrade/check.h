#pragma once
// May this declaration follow the one that is installed? Asked by the hook Job before an install,
// an upgrade and a rollback, while everything that runs is still untouched. Pure.
// Why so: docs/decisions/0029-upgrade-gate.md.

#include <optional>
#include <string>
#include <vector>

#include "model/engine_version.h"
#include "plan/upgrade/declaration.h"
#include "plan/upgrade/refusal.h"

namespace bowline {

/// A StatefulSet that runs.
struct InstalledSet {
  std::string name;
  std::string component;  ///< "server", "sentinel"
  std::optional<ClaimTemplate> claim;
  bool rolled_out = true;  ///< all its pods are of its present template
};

/// A volume claim that an uninstall has left.
struct InstalledClaim {
  std::string name;  ///< "data-demo-server-0"
};

/// What is installed.
struct InstalledState {
  /// Of the ConfigMap of that fullname; empty: there is none.
  std::optional<Shape> shape;
  /// Another one with every change of what was found: a token is of one version.
  std::string version;
  /// The StatefulSets of the release, by its labels.
  std::vector<InstalledSet> sets;
  /// What the servers run, the newest first: as they tell themselves, else by the name of their
  /// image. Empty: not known.
  std::vector<EngineVersion> engines;
  /// Only while nothing runs: what an earlier installation of the release has left.
  std::vector<InstalledClaim> claims;
  std::optional<EngineVersion> recorded;  ///< the engine that its record names, last of all
  std::string name_label;                 ///< app.kubernetes.io/name of what was found
  PasswordSource passwords;               ///< of the servers that run
  bool secret_missing = false;            ///< the release's own Secret is not there
  std::string password;                   ///< of the members' Secret; empty: there is none
  std::string replication_password;
};

/// Everything that speaks against it, also what is confirmed. Empty: nothing. A first install finds
/// nothing to compare.
std::vector<Refusal> CheckUpgrade(const InstalledState& installed, const AskedState& asked);

}  // namespace bowline
