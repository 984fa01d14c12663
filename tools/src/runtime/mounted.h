#pragma once
// The files that the chart mounts into a member's containers.

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"
#include "model/settings.h"
#include "plan/common/engine_conf.h"
#include "tls/context.h"

namespace bowline {

struct Paths {
  std::filesystem::path config = "/etc/bowline/bowline.json";
  std::filesystem::path engine_directives = "/etc/bowline/engine.conf";
  std::filesystem::path sentinel_directives = "/etc/bowline/sentinel.conf";
  std::filesystem::path data = "/data";
  std::filesystem::path run = "/run/bowline";
};

/// No ConfigMap holds more, in bytes.
inline constexpr std::size_t kConfigLimit = 1U << 20U;

/// Reads the mounted settings. kInvalidArgument naming the file when it cannot be read or
/// parsed.
Result<Settings> LoadSettings(const std::filesystem::path& config);

/// LoadPasswords, and the certificate where the members use TLS; errors as TlsContext::Load's, too.
Result<EngineSecrets> LoadSecrets(const Settings& settings);

/// The certificate of the process; empty: it has none. Errors as TlsContext::Load's. `former` is
/// given back when the files are those that it was made of.
Result<std::shared_ptr<const TlsContext>> LoadTls(const Settings& settings,
                                                  std::shared_ptr<const TlsContext> former = {});

/// Reads the mounted Secret; empty passwords when auth is off. Without a key for the members'
/// messages in it, that key is derived: from the replicas' password, or, without passwords, from
/// the release's name, which keeps misrouted messages apart and stops nobody who wants to forge one
/// (docs/decisions/0018-peer-protocol.md). kFailedPrecondition when a password is missing.
Result<EngineSecrets> LoadPasswords(const Settings& settings);

/// The user's directives for an engine; who renders a file from them checks them. Errors as
/// ReadFile's.
Result<std::string> LoadEngineDirectives(const Paths& paths);

/// The chart's list of the directives that a running engine changes, with their defaults
/// (plan/common/directive_change.h), beside the directives; empty: a chart without one.
std::string LoadLiveDirectives(const Paths& paths);

}  // namespace bowline
