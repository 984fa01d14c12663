#pragma once
// For tests only: what is installed and what is to follow it, alike until a test changes something.

#include <string>
#include <vector>

#include "plan/upgrade/check.h"

namespace bowline::testing {

inline constexpr const char* kSentinelJson =
    R"({"version": 1, "fullname": "demo", "mode": "sentinel",
  "engine": "redis", "sentinel": {"servers": 3, "sentinels": 3, "masterName": "mymaster", "auth": true},
  "auth": {"enabled": true}, "ports": {"client": 6379, "http": 8379, "peers": 8380,
  "sentinel": 26379}, "of another chart": {"any": 1}})";
inline constexpr const char* kClusterJson =
    R"({"fullname": "demo", "mode": "cluster", "engine": "valkey",
  "cluster": {"shards": 3, "replicasPerShard": 1}, "ports": {"client": 6379, "bus": 16379}})";

inline ClaimTemplate Claim() {
  return {.size = "8Gi", .storage_class = std::nullopt, .access_modes = {"ReadWriteOnce"}};
}

struct Upgrade {
  explicit Upgrade(const char* json = kSentinelJson) {
    installed.shape = *ReadShape(json);
    const bool cluster = installed.shape->mode == "cluster";
    installed.version = "of now";
    if (cluster) {
      for (const char* name : {"demo-shard-0", "demo-shard-1", "demo-shard-2"})
        Runs(name, "server");
    } else {
      Runs("demo-server", "server");
      Runs("demo-sentinel", "sentinel");
    }
    installed.name_label = asked.name_label = "bowline";
    installed.passwords =
        asked.passwords = {.secret = "demo-auth", .keys = {{"password", "password"}}};
    asked.own_secret = true;
    installed.password = "one";
    installed.replication_password = "two";
    asked.shape = *installed.shape;
  }

  void Runs(const std::string& name, const std::string& component) {
    installed.sets.push_back({.name = name, .component = component, .claim = Claim()});
    asked.claims[component] = Claim();
  }

  [[nodiscard]] std::vector<Refusal> Refusals() const { return CheckUpgrade(installed, asked); }

  InstalledState installed;
  AskedState asked;
};

inline std::vector<std::string> ValuesOf(const std::vector<Refusal>& refusals) {
  std::vector<std::string> values;
  for (const Refusal& refusal : refusals) values.push_back(refusal.value);
  return values;
}

inline constexpr const char* kStandaloneJson = R"({"fullname": "demo", "mode": "standalone",
  "engine": "redis", "auth": {"enabled": true},
  "ports": {"client": 6379, "http": 8379, "peers": 8380}})";

}  // namespace bowline::testing
