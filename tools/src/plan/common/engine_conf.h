#pragma once
// The engine's configuration file: the user's directives, then ours, which win by standing last.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/settings.h"
#include "plan/common/accounts.h"

namespace bowline {

class ModeRules;

struct EngineConfInput {
  Settings settings;
  EngineSecrets secrets;
  Identity identity;
  MemberName self;
  Endpoint announced;  ///< own member Service
  std::optional<Endpoint> follow =
      std::nullopt;             ///< sentinel mode: the primary; empty: this one leads
  bool append_only = false;     ///< `appendonly yes`, whatever the directives say
  bool passive = false;         ///< sentinel mode: no sentinel may promote this member yet
  std::string user_directives;  ///< engine.conf of the chart
  std::optional<std::int64_t> memory_limit =
      std::nullopt;  ///< of the container, in bytes; empty: none
  std::string data_directory = "/data";
};

/// kInvalidArgument naming the first line that sets something that the program owns.
Status CheckEngineDirectives(const ModeRules& rules, std::string_view text);

/// Errors as CheckEngineDirectives'.
Result<std::string> RenderEngineConf(const EngineConfInput& input, const ModeRules& rules);

/// Of a server in this mode.
std::vector<Account> AccountsOfServer(const ModeRules& rules, EngineKind engine,
                                      const Identity& identity, const EngineSecrets& secrets);

/// A value as the engine's configuration syntax wants it: in double quotes, escaped.
std::string QuoteConf(std::string_view value);

}  // namespace bowline
