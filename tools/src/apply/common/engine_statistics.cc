#include "apply/common/engine_statistics.h"

#include <algorithm>
#include <iterator>

#include "resp/fields.h"

namespace bowline {
namespace {

constexpr Milliseconds kTimeout{500};

std::optional<std::int64_t> Integer(const Reply& reply) {
  if (reply.type != Reply::Type::kInteger) return std::nullopt;
  return reply.integer;
}

/// [command, ["calls", n, "histogram_usec", [microseconds, calls, ...]], ...]
std::vector<CommandTimes> ReadTimes(const Reply& reply) {
  std::vector<CommandTimes> times;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    const std::vector<Reply>& details = reply.items[i + 1].items;
    if (details.size() < 4) continue;
    CommandTimes& command = times.emplace_back(
        CommandTimes{.command = reply.items[i].text, .calls = details[1].integer, .buckets = {}});
    const std::vector<Reply>& buckets = details[3].items;
    for (std::size_t b = 0; b + 1 < buckets.size(); b += 2) {
      command.buckets.emplace_back(buckets[b].integer, buckets[b + 1].integer);
    }
  }
  return times;
}

/// Of an entry its id and its time alone are read: the rest has users' keys.
void ReadSlowest(const Reply& reply, EngineTold& told) {
  if (reply.items.empty() || reply.items[0].items.size() < 3) return;
  told.last_slow_id = reply.items[0].items[0].integer;
  told.last_slow_microseconds = reply.items[0].items[2].integer;
}

}  // namespace

std::vector<LatencySpike> ReadSpikes(const Reply& reply) {
  std::vector<LatencySpike> spikes;
  for (const Reply& item : reply.items) {
    if (item.items.size() < 3) continue;
    spikes.push_back({.event = item.items[0].text,
                      .at = item.items[1].integer,
                      .milliseconds = item.items[2].integer,
                      .longest = item.items.size() > 3 ? item.items[3].integer : 0});
  }
  return spikes;
}

EngineTold AskStatistics(RespClient& engine, Deadline deadline) {
  EngineTold told;
  std::vector<std::vector<std::string>> commands{{"INFO", "commandstats", "latencystats"},
                                                 {"SLOWLOG", "LEN"},
                                                 {"SLOWLOG", "GET", "1"},
                                                 {"LATENCY", "LATEST"},
                                                 {"LATENCY", "HISTOGRAM"},
                                                 {"CONFIG", "GET"}};
  std::ranges::copy(MetricDirectives(), std::back_inserter(commands.back()));
  const auto replies = engine.Pipeline(commands, deadline);
  if (!replies) return told;
  const std::vector<Reply>& reply = *replies;
  if (!reply[0].IsError()) told.statistics = reply[0].text;
  told.slow_commands = Integer(reply[1]);
  ReadSlowest(reply[2], told);
  told.spikes = ReadSpikes(reply[3]);
  told.times = ReadTimes(reply[4]);
  if (!reply[5].IsError()) told.config = ToFields(reply[5]);
  // Valkey has one; an engine without it would count an error.
  if (!told.config.contains(kCommandLogDirective)) return told;
  commands.clear();
  for (const std::string& kind : CommandLogKinds()) commands.push_back({"COMMANDLOG", "LEN", kind});
  const auto lengths = engine.Pipeline(commands, deadline);
  if (!lengths) return told;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto length = Integer((*lengths)[i]);
    if (length) told.command_logs[commands[i].back()] = *length;
  }
  return told;
}

EngineStatistics::EngineStatistics(Lane& lane, LiveState& live, StatisticsSource source)
    : live_(live), source_(std::move(source)), step_(lane, "statistics", [this] {
        Look();
        return kUntilWoken;
      }) {}

bool EngineStatistics::Fresh(Milliseconds max_age) {
  const std::scoped_lock lock(mutex_);
  if (asked_ != std::chrono::steady_clock::time_point{} && Since(asked_) <= max_age) return true;
  if (!wanted_) {
    wanted_ = true;
    step_.Wake();
  }
  return false;
}

std::shared_ptr<const EngineTold> EngineStatistics::Last() const {
  const std::scoped_lock lock(mutex_);
  return told_;
}

void EngineStatistics::Look() {
  {
    const std::scoped_lock lock(mutex_);
    if (!wanted_) return;
  }
  const auto asked = std::chrono::steady_clock::now();
  auto told = std::make_shared<EngineTold>();
  const Report report = live_.Last();
  if (report.phase == Phase::kRunning && report.engine.answers && !report.engine.info.loading) {
    const Deadline deadline = Deadline::In(kTimeout);
    if (!client_) {
      auto client = RespClient::Connect("127.0.0.1", source_.port, source_.login(), deadline);
      if (client) client_ = *std::move(client);
    }
    if (client_) *told = source_.ask(*client_, deadline);
    // A late reply would answer the next question; a broken connection answers none.
    if (deadline.Passed() || told->statistics.empty()) client_.reset();
  } else {
    client_.reset();
  }
  const std::scoped_lock lock(mutex_);
  wanted_ = false;
  asked_ = asked;
  told_ = std::move(told);
}

}  // namespace bowline
