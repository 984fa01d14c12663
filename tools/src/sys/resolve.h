#pragma once
// Names to addresses with a deadline: getaddrinfo itself has none, and a DNS that does not answer
// blocks it.

#include <string>
#include <vector>

#include "base/error.h"
#include "sys/deadline.h"

namespace bowline {

/// IP literals of `host` in the resolver's order. `like`: an address; only those of its family are
/// asked for, which is one query and not two, and the others when there are none. kNotFound: the
/// name does not exist; kUnavailable: DNS failed, or too many look-ups wait; kDeadlineExceeded: no
/// answer in time (a look-up that has begun goes on in its thread and is forgotten). At most
/// kMostResolvers names are looked up at a time, the others wait for their turn.
Result<std::vector<std::string>> Resolve(const std::string& host, Deadline deadline,
                                         const std::string& like = "");

inline constexpr std::size_t kMostResolvers = 16;
/// How many threads look names up or wait for a name now.
std::size_t ResolverThreads();

/// Of a name's addresses always the same one, in whatever order DNS tells them: the lowest of the
/// family of `own` (a pod's first address, whose family a Service has first by default), else the
/// lowest. `own` empty: of any family. Empty when there is none.
std::string StableChoice(const std::vector<std::string>& addresses, const std::string& own);

/// `bytes` random bytes in hex digits (getrandom). Aborts when the kernel has no randomness.
std::string RandomHex(std::size_t bytes = 16);

}  // namespace bowline
