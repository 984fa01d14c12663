#pragma once
// What speaks against an upgrade, and how it is told. Pure.

#include <string>
#include <vector>

namespace bowline {

struct Refusal {
  std::string value;   ///< the value's path: "cluster.shards"
  std::string what;    ///< from what to what, and what would happen
  std::string remedy;  ///< what to do instead
  std::string token;   ///< allows this very change; empty: nothing does
  bool confirmed = false;
};

/// By which tokens are made and known.
struct Confirmation {
  const std::string& version;              ///< of what was found (InstalledState::version)
  const std::vector<std::string>& tokens;  ///< that were given
};

/// One that a token of this change of what was found allows.
Refusal MayConfirm(const Confirmation& confirmation, std::string value, const std::string& change,
                   const std::string& effect, std::string remedy);

/// For the Job's log: a paragraph for each refusal that is not confirmed.
std::string PrintRefusals(const std::vector<Refusal>& refusals);

}  // namespace bowline
