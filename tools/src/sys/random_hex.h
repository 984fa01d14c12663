#pragma once
// Random numbers of the kernel.

#include <cstddef>
#include <string>

namespace bowline {

/// `bytes` random bytes in hex digits (getrandom). Aborts when the kernel has no randomness.
std::string RandomHex(std::size_t bytes = 16);

}  // namespace bowline
