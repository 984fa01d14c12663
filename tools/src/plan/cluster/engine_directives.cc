#include "plan/cluster/engine_directives.h"

#include <format>

namespace bowline {

std::string ClusterDirectives(const EngineConfInput& input) {
  const Settings& settings = input.settings;
  std::string text = "cluster-enabled yes\ncluster-config-file nodes.conf\n";
  text += std::format("cluster-port {}\n", settings.ports.bus);
  text += std::format("cluster-node-timeout {}\n", settings.node_timeout_milliseconds);
  // A pod belongs to its StatefulSet's shard: the engine must not move it to another
  // (facts/cluster.md 6d).
  text += "cluster-allow-replica-migration no\n";
  text += std::format("cluster-announce-ip {}\n", input.announced.ip);
  text += std::format("cluster-announce-port {}\n", input.announced.port);
  text += std::format("cluster-announce-bus-port {}\n", input.announced.bus_port);
  return text;
}

}  // namespace bowline
