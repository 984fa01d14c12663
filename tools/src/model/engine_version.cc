#include "model/engine_version.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace bowline {
namespace {

constexpr std::size_t kLongestLabel = 63;

bool FitsLabel(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '-' || c == '_';
}

/// Reads a number off the front of `text`. Empty: there is none.
std::optional<int> TakeNumber(std::string_view& text) {
  int number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return number;
}

}  // namespace

bool EngineVersion::OlderThan(const EngineVersion& other) const {
  return engine == other.engine && std::tie(major, minor) < std::tie(other.major, other.minor);
}

std::optional<EngineVersion> ToEngineVersion(std::string_view engine, std::string_view version) {
  EngineVersion found{.engine = std::string(engine), .version = std::string(version)};
  const auto major = TakeNumber(version);
  if (!major || !version.starts_with('.')) return std::nullopt;
  version.remove_prefix(1);
  const auto minor = TakeNumber(version);
  if (!minor) return std::nullopt;
  found.major = *major;
  found.minor = *minor;
  return found;
}

std::string PrintEngineLabel(std::string_view engine, std::string_view version) {
  std::string label = std::string(engine) + "-" + std::string(version);
  const bool fits = !version.empty() && label.size() <= kLongestLabel &&
                    std::ranges::all_of(label, &FitsLabel) && version.back() != '-' &&
                    version.back() != '.' && version.back() != '_';
  return fits ? label : "";
}

std::optional<EngineVersion> ParseEngineLabel(std::string_view label) {
  const auto dash = label.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  return ToEngineVersion(label.substr(0, dash), label.substr(dash + 1));
}

std::optional<EngineVersion> VersionOfImage(std::string_view engine, std::string_view image) {
  if (image.contains('@')) return std::nullopt;  // the digest counts
  const auto colon = image.rfind(':');
  if (colon == std::string_view::npos || image.substr(colon).contains('/')) return std::nullopt;
  const std::string_view tag = image.substr(colon + 1);
  return ToEngineVersion(engine, tag.substr(0, tag.find_first_not_of("0123456789.")));
}

}  // namespace bowline
