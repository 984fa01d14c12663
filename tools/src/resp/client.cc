// The commands, over RespClient::Command; the connection is in connection.cc.

#include "resp/client.h"

#include "base/parse.h"
#include "resp/error_reply.h"
#include "resp/fields.h"

namespace bowline {
namespace {

Result<std::vector<SentinelPeer>> ToPeers(const Reply& reply) {
  std::vector<SentinelPeer> peers;
  for (const Reply& item : reply.items) {
    ASSIGN_OR_RETURN(SentinelPeer peer, ReadSentinelPeer(ToFields(item)));
    peers.push_back(std::move(peer));
  }
  return peers;
}

}  // namespace

Result<SentinelSnapshot> ReadSentinelReply(const Reply& reply) {
  return ReadSentinelMaster(ToFields(reply));
}

Result<EngineInfo> RespClient::Info(Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"INFO"}, deadline));
  return ParseEngineInfo(reply.text);
}

Result<ClusterInfo> RespClient::ReadClusterInfo(Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"CLUSTER", "INFO"}, deadline));
  return ParseClusterInfo(reply.text);
}

Result<std::string> RespClient::ClusterNodes(Deadline deadline) {
  ASSIGN_OR_RETURN(Reply reply, Ask({"CLUSTER", "NODES"}, deadline));
  return std::move(reply.text);
}

Result<std::int64_t> RespClient::UsedMemory(Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"INFO", "memory"}, deadline));
  const auto info = ParseInfo(reply.text);
  const auto used = info.find("used_memory");
  if (used == info.end()) return Fail(Code::kInternal, "INFO memory has no used_memory");
  return ParseInt(used->second, 0, INT64_MAX);
}

Result<std::int64_t> RespClient::DbSize(Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"DBSIZE"}, deadline));
  return reply.integer;
}

Status RespClient::ClusterFailover(FailoverMode mode, Deadline deadline) {
  std::vector<std::string> words{"CLUSTER", "FAILOVER"};
  if (mode == FailoverMode::kForce) words.emplace_back("FORCE");
  if (mode == FailoverMode::kTakeover) words.emplace_back("TAKEOVER");
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply, Ask(words, deadline));
  return {};
}

Status RespClient::ClusterReplicate(const NodeId& primary, Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"CLUSTER", "REPLICATE", primary.str()}, deadline));
  return {};
}

Status RespClient::ClusterMeet(const Endpoint& endpoint, Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"CLUSTER", "MEET", endpoint.ip, std::to_string(endpoint.port),
                        std::to_string(endpoint.bus_port)},
                       deadline));
  return {};
}

Status RespClient::PauseWrites(Milliseconds span, Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"CLIENT", "PAUSE", std::to_string(span.count()), "WRITE"}, deadline));
  return {};
}

Status RespClient::ResumeWrites(Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply, Ask({"CLIENT", "UNPAUSE"}, deadline));
  return {};
}

Result<std::vector<ClientLine>> RespClient::ClientList(const std::string& type, Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"CLIENT", "LIST", "TYPE", type}, deadline));
  return ParseClientList(reply.text);
}

Status RespClient::Publish(const std::string& channel, const std::string& message,
                           Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"PUBLISH", channel, message}, deadline));
  return {};
}

Status RespClient::ReplicaOfNobody(Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply, Ask({"REPLICAOF", "NO", "ONE"}, deadline));
  return {};
}

Status RespClient::ReplicaOf(const Endpoint& primary, Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"REPLICAOF", primary.ip, std::to_string(primary.port)}, deadline));
  return {};
}

Status RespClient::AnnounceReplica(const std::string& ip, Deadline deadline) {
  RETURN_IF_ERROR(ConfigSet("replica-announce-ip", ip, deadline));
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply closed,
                   Ask({"CLIENT", "KILL", "TYPE", "master"}, deadline));
  return {};
}

Status RespClient::StepBack(const Endpoint& primary, const std::vector<std::string>& users,
                            Deadline deadline) {
  std::vector<std::vector<std::string>> commands{
      {"MULTI"}, {"REPLICAOF", primary.ip, std::to_string(primary.port)}};
  for (const std::string& user : users) {
    for (const char* type : {"normal", "pubsub"}) {
      commands.push_back({"CLIENT", "KILL", "TYPE", type, "USER", user});
    }
  }
  for (const std::vector<std::string>& command : commands) {
    ASSIGN_OR_RETURN([[maybe_unused]] const Reply queued, Ask(command, deadline));
  }
  ASSIGN_OR_RETURN(const Reply done, Ask({"EXEC"}, deadline));
  // That a user is gone meanwhile is no failure.
  if (done.items.empty() || !done.items.front().IsError()) return {};
  const Reply& followed = done.items.front();
  return Fail(CodeOfError(followed), "stepping back: {}", followed.text);
}

Status RespClient::EndSubscribers(const std::vector<std::string>& users, Deadline deadline) {
  for (const std::string& user : users) {
    ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                     Ask({"CLIENT", "KILL", "TYPE", "pubsub", "USER", user}, deadline));
  }
  return {};
}

Result<std::vector<std::string>> RespClient::Users(Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"ACL", "USERS"}, deadline));
  std::vector<std::string> users;
  for (const Reply& item : reply.items) users.push_back(item.text);
  return users;
}

Status RespClient::EndBlocked(Deadline deadline) {
  ASSIGN_OR_RETURN(const std::vector<ClientLine> clients, ClientList("normal", deadline));
  for (const ClientLine& client : clients) {
    if (!client.WaitsInCommand()) continue;
    // An error reply: it has just gone by itself.
    ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                     Command({"CLIENT", "KILL", "ID", client.id}, deadline));
  }
  return {};
}

Result<SentinelSnapshot> RespClient::SentinelMaster(const std::string& name, Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"SENTINEL", "MASTER", name}, deadline));
  return ReadSentinelReply(reply);
}

Result<std::vector<SentinelPeer>> RespClient::SentinelReplicas(const std::string& name,
                                                               Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"SENTINEL", "REPLICAS", name}, deadline));
  return ToPeers(reply);
}

Result<std::vector<SentinelPeer>> RespClient::SentinelSentinels(const std::string& name,
                                                                Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"SENTINEL", "SENTINELS", name}, deadline));
  return ToPeers(reply);
}

Status RespClient::SentinelFailover(const std::string& name, Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"SENTINEL", "FAILOVER", name}, deadline));
  return {};
}

Status RespClient::SentinelPeriods(Milliseconds info, Milliseconds publish, Milliseconds ping,
                                   Deadline deadline) {
  ASSIGN_OR_RETURN(
      [[maybe_unused]] const Reply reply,
      Ask({"SENTINEL", "DEBUG", "INFO-PERIOD", std::to_string(info.count()), "PUBLISH-PERIOD",
           std::to_string(publish.count()), "PING-PERIOD", std::to_string(ping.count())},
          deadline));
  return {};
}

Status RespClient::SentinelFlushConfig(Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply, Ask({"SENTINEL", "FLUSHCONFIG"}, deadline));
  return {};
}

Result<ConfigFields> RespClient::ConfigGet(const std::vector<std::string>& names,
                                           Deadline deadline) {
  std::vector<std::string> words{"CONFIG", "GET"};
  words.insert(words.end(), names.begin(), names.end());
  ASSIGN_OR_RETURN(const Reply reply, Ask(words, deadline));
  return ToFields(reply);
}

Status RespClient::ConfigSet(const std::string& name, const std::string& value, Deadline deadline) {
  return ConfigSet({{name, value}}, deadline);
}

Status RespClient::ConfigSet(const std::vector<std::pair<std::string, std::string>>& values,
                             Deadline deadline) {
  std::vector<std::string> words{"CONFIG", "SET"};
  for (const auto& [name, value] : values) {
    words.push_back(name);
    words.push_back(value);
  }
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply, Ask(words, deadline));
  return {};
}

}  // namespace bowline
