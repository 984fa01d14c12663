#include "apply/common/latency.h"

#include <utility>

#include "apply/common/engine_statistics.h"

namespace bowline {
namespace {

constexpr const char* kMostSlow = "128";
constexpr std::size_t kMostEvents = 32;

/// [[id, when, microseconds, [word, ...], client, name], ...]
std::vector<SlowCommand> ReadSlowLog(const Reply& reply) {
  std::vector<SlowCommand> commands;
  for (const Reply& item : reply.items) {
    if (item.items.size() < 4) continue;
    SlowCommand& command = commands.emplace_back(SlowCommand{.id = item.items[0].integer,
                                                             .at = item.items[1].integer,
                                                             .microseconds = item.items[2].integer,
                                                             .words = {}});
    for (const Reply& word : item.items[3].items) command.words.push_back(word.text);
  }
  return commands;
}

/// [[when, milliseconds], ...]
std::vector<std::pair<std::int64_t, std::int64_t>> ReadHistory(const Reply& reply) {
  std::vector<std::pair<std::int64_t, std::int64_t>> history;
  for (const Reply& item : reply.items) {
    if (item.items.size() >= 2) history.emplace_back(item.items[0].integer, item.items[1].integer);
  }
  return history;
}

}  // namespace

LatencyFacts AskLatency(RespClient& engine, Deadline deadline) {
  LatencyFacts facts;
  const auto ask = [&](const std::vector<std::string>& words) {
    auto reply = engine.Ask(words, deadline);
    if (reply) return *std::move(reply);
    std::string question;
    for (const std::string& word : words) question += word + (&word == &words.back() ? "" : " ");
    facts.failures.push_back(question + ": " + reply.error().message);
    return Reply{};
  };
  if (auto directives = engine.ConfigGet(LatencyDirectives(), deadline)) {
    facts.directives = *std::move(directives);
  }
  facts.slow = ReadSlowLog(ask({"SLOWLOG", "GET", kMostSlow}));
  for (LatencySpike& spike : ReadSpikes(ask({"LATENCY", "LATEST"}))) {
    if (facts.events.size() == kMostEvents) break;
    auto history = ReadHistory(ask({"LATENCY", "HISTORY", spike.event}));
    facts.events.push_back({.latest = std::move(spike), .history = std::move(history)});
  }
  facts.statistics = ask({"INFO", "commandstats", "latencystats"}).text;
  return facts;
}

}  // namespace bowline
