#include "apply/sentinel/sentinel_statistics.h"

#include "resp/fields.h"

namespace bowline {
namespace {

std::vector<SentinelFields> ToList(const Result<Reply>& reply) {
  std::vector<SentinelFields> list;
  if (!reply) return list;
  for (const Reply& item : reply->items) list.push_back(ToFields(item));
  return list;
}

}  // namespace

EngineTold AskSentinelStatistics(RespClient& sentinel, const std::string& name, Deadline deadline) {
  EngineTold told;
  if (auto info = sentinel.Ask({"INFO"}, deadline)) told.info = std::move(info->text);
  if (auto info = sentinel.Ask({"INFO", "commandstats", "latencystats"}, deadline)) {
    told.statistics = std::move(info->text);
  }
  const auto primary = sentinel.Ask({"SENTINEL", "MASTER", name}, deadline);
  if (!primary) return told;
  WatchedPrimary& watched = told.watched.emplace();
  watched.primary = ToFields(*primary);
  if (const auto quorum = sentinel.Command({"SENTINEL", "CKQUORUM", name}, deadline)) {
    watched.quorum = !quorum->IsError();
    watched.quorum_text = quorum->text;
  }
  watched.sentinels = ToList(sentinel.Ask({"SENTINEL", "SENTINELS", name}, deadline));
  watched.replicas = ToList(sentinel.Ask({"SENTINEL", "REPLICAS", name}, deadline));
  return told;
}

}  // namespace bowline
