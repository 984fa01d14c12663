#pragma once
// Names to addresses with a deadline: getaddrinfo itself has none, and a DNS that does not answer
// blocks it.

#include <string>
#include <vector>

#include "base/error.h"
#include "sys/deadline.h"

namespace bowline {

/// IP literals of `host` in the resolver's order. kNotFound: the name does not exist; kUnavailable:
/// DNS failed; kDeadlineExceeded: no answer in time (the look-up goes on in a thread of its own and
/// is forgotten).
Result<std::vector<std::string>> Resolve(const std::string& host, Deadline deadline);

/// `bytes` random bytes in hex digits (getrandom). Aborts when the kernel has no randomness.
std::string RandomHex(std::size_t bytes = 16);

}  // namespace bowline
