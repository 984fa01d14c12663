#pragma once
// Which engine of which version: in the label of a pod, in the name of an image.

#include <optional>
#include <string>
#include <string_view>

namespace bowline {

struct EngineVersion {
  std::string engine;   ///< "redis", "valkey"
  std::string version;  ///< "8.0.2", "8.0"
  int major = 0;
  int minor = 0;  ///< patches of one minor version read each other's files
  [[nodiscard]] std::string ToString() const { return engine + " " + version; }
  /// Of one engine: is this one older, so that it need not read what `other` has written?
  [[nodiscard]] bool OlderThan(const EngineVersion& other) const;
  bool operator==(const EngineVersion&) const = default;
};

/// The label of a pod with the engine that runs in it, which is what has written the data on its
/// volume, as far as an upgrade has to know.
inline constexpr const char* kEngineLabel = "bowline/engine";

/// A value of that label: "redis-8.0.2"; empty when it would be none.
std::string PrintEngineLabel(std::string_view engine, std::string_view version);
/// Empty: it is none.
std::optional<EngineVersion> ParseEngineLabel(std::string_view label);
/// What the tag of an image tells, as the chart wants it ("registry/redis:8.0-alpine"). Empty:
/// nothing.
std::optional<EngineVersion> VersionOfImage(std::string_view engine, std::string_view image);
/// Empty: it does not begin with two numbers.
std::optional<EngineVersion> ToEngineVersion(std::string_view engine, std::string_view version);

}  // namespace bowline
