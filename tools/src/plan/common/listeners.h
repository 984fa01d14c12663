#pragma once
// The lines of engine.conf and sentinel.conf that say on which ports a process listens, and its
// part of TLS.

#include <string>
#include <utility>
#include <vector>

#include "model/settings.h"

namespace bowline {

/// `port`: by which members reach the process; `other`: of its other listener, 0: there is none.
std::string ListenerDirectives(const TlsSettings& tls, int port, int other);

/// One CONFIG SET that makes a server read the files again: the engines do so although the names
/// are the same (redis, src/config.c, VOLATILE_CONFIG).
std::vector<std::pair<std::string, std::string>> TlsFiles(const TlsSettings& tls);

}  // namespace bowline
