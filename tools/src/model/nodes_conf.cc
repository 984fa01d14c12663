#include "model/nodes_conf.h"

#include <algorithm>
#include <format>
#include <iterator>

namespace bowline {

namespace {

constexpr std::string_view kShardId = "shard-id";

template <typename Lines>
auto FindLine(Lines& lines, auto matches) -> decltype(lines.data()) {
  const auto line = std::ranges::find_if(lines, matches);
  return line == lines.end() ? nullptr : &*line;
}

void AppendFlags(std::string& out, const NodeLine& line) {
  const auto add = [&out](std::string_view word) {
    out += out.ends_with(' ') ? "" : ",";
    out += word;
  };
  if (line.myself) add("myself");
  if (line.role == NodeRole::kReplica) add("slave");
  // Another node in handshake has no role yet; the engines write none.
  if (line.role == NodeRole::kPrimary && (!line.handshake || line.myself)) add("master");
  if (line.maybe_fail) add("fail?");
  if (line.fail) add("fail");
  if (line.handshake) add("handshake");
  if (line.noaddr) add("noaddr");
  if (line.nofailover) add("nofailover");
}

}  // namespace

std::string NodeLine::shard_id() const {
  for (const auto& [key, value] : aux) {
    if (key == kShardId) return value;
  }
  return {};
}

void NodeLine::set_shard_id(const NodeId& shard) {
  for (auto& [key, value] : aux) {
    if (key != kShardId) continue;
    value = shard.str();
    return;
  }
  aux.emplace_back(kShardId, shard.str());
}

const NodeLine* NodesConf::Myself() const { return FindLine(lines, &NodeLine::myself); }
NodeLine* NodesConf::Myself() { return FindLine(lines, &NodeLine::myself); }

const NodeLine* NodesConf::Find(const NodeId& id) const {
  return FindLine(lines, [&](const NodeLine& line) { return line.id == id; });
}

NodeLine* NodesConf::Find(const NodeId& id) {
  return FindLine(lines, [&](const NodeLine& line) { return line.id == id; });
}

void PrintNodeLine(std::string& out, const NodeLine& line) {
  out += line.id.str();
  out += ' ';
  out += line.endpoint.ToString();
  if (!line.hostname.empty() || !line.aux.empty()) {
    out += ',';
    out += line.hostname;
  }
  for (const auto& [key, value] : line.aux)
    std::format_to(std::back_inserter(out), ",{}={}", key, value);
  out += ' ';
  AppendFlags(out, line);
  std::format_to(std::back_inserter(out), " {} {} {} {} {}",
                 line.primary.empty() ? std::string_view("-") : line.primary.str(), line.ping_sent,
                 line.pong_received, line.config_epoch,
                 line.connected ? "connected" : "disconnected");
  for (const SlotRange& range : line.slots) {
    out += ' ';
    out += range.ToString();
  }
  for (const std::string& mark : line.migrations) {
    out += ' ';
    out += mark;
  }
  out += '\n';
}

std::string PrintNodesConf(const NodesConf& conf) {
  std::string out;
  out.reserve(conf.lines.size() * 224 + 64);
  for (const NodeLine& line : conf.lines) PrintNodeLine(out, line);
  std::format_to(std::back_inserter(out), "vars currentEpoch {} lastVoteEpoch {}\n",
                 conf.current_epoch, conf.last_vote_epoch);
  return out;
}

}  // namespace bowline
