// The commands of bowline, as the engines answer them.

#include <algorithm>

#include "base/parse.h"
#include "simulator/models/engine.h"
#include "simulator/models/world.h"

namespace bowline::simulator {
namespace {

Reply Text(std::string text) { return {.type = Reply::Type::kString, .text = std::move(text)}; }
Reply Ok() { return Text("OK"); }
Reply Failure(std::string text) { return {.type = Reply::Type::kError, .text = std::move(text)}; }
Reply Number(std::int64_t number) { return {.type = Reply::Type::kInteger, .integer = number}; }
Reply OkUnless(std::string error) { return error.empty() ? Ok() : Failure(std::move(error)); }
Reply List(std::vector<Reply> items) {
  return {.type = Reply::Type::kArray, .items = std::move(items)};
}

}  // namespace

Reply Engine::Command(const std::vector<std::string>& words) {
  const std::string& name = words.front();
  if (name == "INFO") return Text(Info());
  if (name == "PING") return loading_ ? Failure("LOADING dataset in memory") : Text("PONG");
  if (name == "CONFIG") return ConfigCommand(words);
  if (name == "CLIENT") return ClientCommand(words);
  if (loading_) return Failure("LOADING dataset in memory");
  if (name == "CLUSTER") return Cluster(words);
  if (name == "DBSIZE") return Number(std::ssize(dataset_.writes()));
  if (name == "ROLE") return List({Text(primary() ? "master" : "slave")});
  if (name == "PUBLISH") return Number(0);
  return Failure("ERR unknown command '" + name + "'");
}

std::string Engine::Info() const {
  std::string text = "redis_version:7.2.4\r\nvalkey_version:8.1.4\r\n";
  text +=
      std::format("loading:{}\r\naof_enabled:1\r\naof_last_write_status:ok\r\n", loading_ ? 1 : 0);
  return text + "rdb_last_bgsave_status:ok\r\n" + replication_.Info();
}

std::string Engine::ClusterInfo() const {
  const NodesConf& conf = bus_.conf();
  int assigned = 0;
  int failed = 0;
  int size = 0;
  for (const NodeLine& node : conf.lines) {
    if (node.LeadsSlots()) ++size;
    for (const SlotRange& range : node.slots) {
      assigned += range.size();
      if (node.fail) failed += range.size();
    }
  }
  return std::format(
      "cluster_state:{}\r\ncluster_slots_assigned:{}\r\ncluster_slots_ok:{}\r\n"
      "cluster_slots_fail:{}\r\ncluster_known_nodes:{}\r\ncluster_size:{}\r\n"
      "cluster_current_epoch:{}\r\ncluster_my_epoch:{}\r\n",
      bus_.state_ok() ? "ok" : "fail", assigned, assigned - failed, failed, conf.lines.size(), size,
      conf.current_epoch, bus_.Lead().config_epoch);
}

Reply Engine::Cluster(const std::vector<std::string>& words) {
  const std::string& what = words.at(1);
  if (what == "INFO") return Text(ClusterInfo());
  if (what == "NODES") {
    std::string text;
    const NodesConf view = bus_.View();
    for (const NodeLine& node : view.lines) PrintNodeLine(text, node);
    return Text(text);
  }
  if (what == "FAILOVER") {
    const std::string how = words.size() > 2 ? words[2] : "";
    world_.story.Tell(pod_.member.ToString(), "CLUSTER FAILOVER " + how);
    return OkUnless(bus_.AskFailover(how == "FORCE"      ? Bus::Failover::kForce
                                     : how == "TAKEOVER" ? Bus::Failover::kTakeover
                                                         : Bus::Failover::kPlain));
  }
  if (what == "REPLICATE") return OkUnless(bus_.Replicate(words.at(2)));
  if (what == "MEET") return Ok();
  return Failure("ERR unknown subcommand '" + what + "'");
}

Reply Engine::ClientCommand(const std::vector<std::string>& words) {
  const std::string& what = words.at(1);
  if (what == "PAUSE") {
    const Micros span = ParseInt(words.at(2), 0, 1'000'000).value() * kMillisecond;
    client_pause_ = std::max(client_pause_, world_.scheduler.Now() + span);
    return Ok();
  }
  if (what == "UNPAUSE") {
    client_pause_ = 0;
    if (!WritesPaused()) Resume();
    return Ok();
  }
  if (what == "LIST") return Text("");
  if (what == "KILL" && words.at(3) == "master") replication_.Reconnect();
  return Number(0);
}

Reply Engine::ConfigCommand(const std::vector<std::string>& words) {
  if (words.at(1) == "SET") {
    config_[words.at(2)] = words.at(3);
    return Ok();
  }
  std::vector<Reply> fields;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto found = config_.find(words[i]);
    if (found == config_.end()) continue;
    fields.push_back(Text(found->first));
    fields.push_back(Text(found->second));
  }
  return List(std::move(fields));
}

}  // namespace bowline::simulator
