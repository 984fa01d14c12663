#pragma once
// What of its container's memory limit the engine's data may take, and how `maxmemory` follows a
// limit that changes. Pure. Why so: docs/decisions/0039-memory.md.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "plan/common/directive_change.h"

namespace bowline {

inline constexpr const char* kMaxMemory = "maxmemory";
inline constexpr const char* kBacklogSize = "repl-backlog-size";

/// Bytes of a value such as "48mb" (1024 x 1024), "1m" (1000 x 1000) or "100", as the engines read
/// it (util.c, memtoull). Nothing: it is none.
std::optional<std::int64_t> ParseMemory(std::string_view text);

/// Those of `maxmemory` and `repl-backlog-size` that the user's directives leave to this program.
/// `limit`: of the container, in bytes; nothing: it has none. `percent`: of the limit, for
/// maxmemory; 0: no maxmemory.
/// The backlog counts in maxmemory, so it is at most a tenth of it; with a declared backlog of more
/// than half of it there is no maxmemory.
Directives MemoryDirectives(std::optional<std::int64_t> limit, int percent,
                            const Directives& declared);

struct MaxMemoryStep {
  std::int64_t now = 0;     ///< bytes; 0: no limit
  std::int64_t wanted = 0;  ///< the same
  std::int64_t used = 0;    ///< used_memory
  bool evicts = false;      ///< the policy is another one than noeviction
  bool primary = false;
  std::chrono::milliseconds since{0};  ///< the last step down
};

/// The next value of maxmemory; nothing: it stays for now. The engine starts without one, so a
/// dataset that is larger than `wanted` is loaded, and is neither evicted at once nor closed for
/// writes. Up at once. Down: without evictions not below what is used and a tenth more, for writes
/// would be refused; with evictions by a tenth in a minute, for an engine that evicts much at once
/// answers nobody meanwhile. A replica, which obeys no maxmemory (replica-ignore-maxmemory), has
/// what it needs to lead: what it uses and a tenth more.
std::optional<std::int64_t> NextMaxMemory(const MaxMemoryStep& step);
inline constexpr std::chrono::milliseconds kStepDown{60'000};

}  // namespace bowline
