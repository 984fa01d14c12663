#include "plan/cluster/engine_directives.h"

#include <format>

#include "plan/cluster/cluster_view.h"

namespace bowline {
namespace {

/// Clients verify the name of what they dial, so with TLS they are told names: where TLS comes to
/// members that run, once all of them have told theirs (AllNamed).
std::string AnnouncedPorts(const EngineConfInput& input) {
  const TlsSettings& tls = input.settings.tls;
  const int port = input.announced.port;
  if (!tls.Listens()) return std::format("cluster-announce-port {}\n", port);
  const bool members = tls.AmongMembers();
  const int plain = members ? tls.other_client_port : port;
  std::string text;
  if (plain != 0) text += std::format("cluster-announce-port {}\n", plain);
  text += std::format("cluster-announce-tls-port {}\n", members ? port : tls.other_client_port);
  if (members) text += "tls-cluster yes\n";
  const std::string host = input.settings.HostOf(input.self);
  text += std::format("cluster-announce-hostname {}\n", host.substr(0, host.size() - 1));
  text += std::format("{} {}\n", kEndpointType, members ? "hostname" : "ip");
  return text;
}

}  // namespace

std::string ClusterDirectives(const EngineConfInput& input) {
  const Settings& settings = input.settings;
  std::string text = "cluster-enabled yes\ncluster-config-file nodes.conf\n";
  text += std::format("cluster-port {}\n", settings.ports.bus);
  text += std::format("cluster-node-timeout {}\n", settings.node_timeout_milliseconds);
  // A pod belongs to its StatefulSet's shard: the engine must not move it to another
  // (facts/cluster.md 6d).
  text += "cluster-allow-replica-migration no\n";
  text += std::format("cluster-announce-ip {}\n", input.announced.ip);
  text += AnnouncedPorts(input);
  text += std::format("cluster-announce-bus-port {}\n", input.announced.bus_port);
  return text;
}

}  // namespace bowline
