#include "apply/sentinel/sentinel_statistics.h"

#include "resp/fields.h"

namespace bowline {
namespace {

std::vector<SentinelFields> ToList(const Reply& reply) {
  std::vector<SentinelFields> list;
  if (reply.IsError()) return list;
  for (const Reply& item : reply.items) list.push_back(ToFields(item));
  return list;
}

}  // namespace

EngineTold AskSentinelStatistics(RespClient& sentinel, const std::string& name, Deadline deadline) {
  EngineTold told;
  const auto replies = sentinel.Pipeline({{"INFO"},
                                          {"INFO", "commandstats", "latencystats"},
                                          {"SENTINEL", "MASTER", name},
                                          {"SENTINEL", "CKQUORUM", name},
                                          {"SENTINEL", "SENTINELS", name},
                                          {"SENTINEL", "REPLICAS", name}},
                                         deadline);
  if (!replies) return told;
  const std::vector<Reply>& reply = *replies;
  if (!reply[0].IsError()) told.info = reply[0].text;
  if (!reply[1].IsError()) told.statistics = reply[1].text;
  if (reply[2].IsError()) return told;
  told.watched = WatchedPrimary{.primary = ToFields(reply[2]),
                                .quorum = !reply[3].IsError(),
                                .quorum_text = reply[3].text,
                                .sentinels = ToList(reply[4]),
                                .replicas = ToList(reply[5])};
  return told;
}

}  // namespace bowline
