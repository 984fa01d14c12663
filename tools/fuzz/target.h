#pragma once
// A fuzz target: libFuzzer calls it with inputs that reach ever more of the code. Sanitizers and
// Must() say what must never happen.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace bowline::fuzz {

/// One input. Defined by each target.
void Try(std::string_view input);

inline void Must(bool holds) {
  if (!holds) std::abort();
}

/// Two parts of an input, at its first zero byte.
inline std::pair<std::string_view, std::string_view> Split(std::string_view input) {
  const std::size_t zero = input.find('\0');
  if (zero == std::string_view::npos) return {input, {}};
  return {input.substr(0, zero), input.substr(zero + 1)};
}

}  // namespace bowline::fuzz
