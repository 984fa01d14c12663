#pragma once
// Does a primary refuse all writes, by its own word? As processCommand of server.c decides.

#include <array>
#include <map>
#include <optional>
#include <string>

#include "model/info.h"

namespace bowline {

/// Name -> value of CONFIG GET.
using ConfigFields = std::map<std::string, std::string, std::less<>>;

/// The directives that WhyWritesRefused wants to know.
inline constexpr std::array<const char*, 3> kRefusalDirectives{"min-replicas-to-write", "save",
                                                               "stop-writes-on-bgsave-error"};

/// Is there anything in INFO for which a primary could refuse writes?
bool MayRefuseWrites(const EngineInfo& info);

/// The first word is that of the engine's error (NOREPLICAS, MISCONF); nothing: it takes writes. A
/// full memory is not told: there reads and deletions go on. Nor is a pause.
std::optional<std::string> WhyWritesRefused(const EngineInfo& info, const ConfigFields& directives);

}  // namespace bowline
