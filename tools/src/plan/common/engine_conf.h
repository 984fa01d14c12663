#pragma once
// The engine's configuration file: the user's directives, then ours, which win by standing last.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "model/settings.h"

namespace bowline {

class ModeRules;

struct EngineSecrets {
  std::string password;
  std::string replication_password;
  std::string peer_key;  ///< of the members' messages to each other (peer/message.h)
  bool operator==(const EngineSecrets&) const = default;
};

struct EngineConfInput {
  Settings settings;
  EngineSecrets secrets;
  Identity identity;
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

/// The name of an account with which members log in to each other. For a moment the Service of a
/// pod that ended leads to whoever has its address now: a server of another installation does not
/// know the account, even where the passwords are the same.
std::string AccountOf(std::string_view what, const Identity& identity);

/// The line of a file, for an engine or a sentinel, that lets an account in with this password.
std::string UserLine(std::string_view account, std::string_view password, std::string_view rights);

/// The account of the sentinels, as a line of a server's file.
std::string SentinelAccount(const EngineConfInput& input);

/// kInvalidArgument naming the first line that sets something that the program owns.
Status CheckEngineDirectives(const ModeRules& rules, std::string_view text);

/// Errors as CheckEngineDirectives'.
Result<std::string> RenderEngineConf(const EngineConfInput& input, const ModeRules& rules);

/// A value as the engine's configuration syntax wants it: in double quotes, escaped.
std::string QuoteConf(std::string_view value);

}  // namespace bowline
