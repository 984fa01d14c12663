#include "plan/sentinel/readiness.h"

#include <algorithm>

#include "plan/sentinel/running_sentinels.h"

namespace bowline {
namespace {

bool Follows(const ReplicaEntry& replica) {
  return replica.state == "online" && replica.lag_seconds >= 0 &&
         replica.lag_seconds <= kFollowerLagSeconds;
}

Verdict PrimaryReadiness(const ProbeInput& input, const EngineInfo& info) {
  const Layout& layout = input.layout;
  const RunningSentinels sentinels = AskSentinels(layout, input.sentinels);
  if (sentinels.named == input.self) return Yes("the primary, named by a majority of sentinels");
  if (input.promoted && input.promoted->MayPrecede(sentinels.epoch, kMayBeUnnamed)) {
    return Yes("a primary that has just been promoted");
  }
  if (sentinels.named) {
    return No(std::format("a primary, but a majority of the sentinels names {}",
                          sentinels.named->ToString()));
  }
  const std::string heard =
      std::format("{} of {} sentinels answer", sentinels.answering, layout.sentinels);
  if (sentinels.answering * 2 > layout.sentinels) {
    return No("a primary that no majority of the sentinels names; " + heard);
  }
  if (layout.replicas_per_shard == 0) return Yes("the only server; " + heard);
  const auto followers = std::ranges::count_if(info.replicas, Follows);
  if (followers == 0) {
    return No("a primary without any replica that keeps up; " + heard);
  }
  return Yes(std::format("a primary with {} replicas that keep up; {}", followers, heard));
}

/// Nothing: as declared. One sentinel too many is as wrong as one too few: majorities are counted
/// over those that are known. A replica too many does not harm (`bowline check` tells it).
std::optional<std::string> WrongCounts(const Layout& layout, const SentinelSnapshot& own) {
  if (std::ssize(own.sentinels) != layout.sentinels - 1) {
    return std::format("knows {} other sentinels, {} are declared", own.sentinels.size(),
                       layout.sentinels - 1);
  }
  if (std::ssize(own.replicas) < layout.replicas_per_shard) {
    return std::format("knows {} replicas, {} are declared", own.replicas.size(),
                       layout.replicas_per_shard);
  }
  return std::nullopt;
}

/// Those that name another primary. Not who does so with an older epoch: it has not heard yet.
std::ptrdiff_t Contradictions(const Layout& layout, const Reports& reports,
                              const SentinelSnapshot& own) {
  return std::ranges::count_if(layout.Sentinels(), [&](MemberName name) {
    const SentinelSnapshot* other = AnsweringSentinel(reports, name);
    return other != nullptr && other->primary != own.primary &&
           other->epochs.config >= own.epochs.config;
  });
}

/// The sentinels that answer the own process; that their programs answer ours is not needed.
int HeardDirectly(const SentinelSnapshot& own) {
  const auto heard = std::ranges::count_if(
      own.sentinels, [](const SentinelPeer& peer) { return peer.connected && !peer.down; });
  return 1 + static_cast<int>(heard);
}

}  // namespace

Verdict ServerReadiness(const ProbeInput& input, const EngineInfo& info) {
  return info.primary ? PrimaryReadiness(input, info) : Yes("a replica in sync");
}

Verdict SentinelReadiness(const ProbeInput& input) {
  if (!input.sentinel || !input.sentinel->answers) {
    return No("the sentinel does not answer: " +
              (input.sentinel ? input.sentinel->problem : input.engine.problem));
  }
  const SentinelSnapshot& own = *input.sentinel;
  if (!own.HasOpinion()) return No("names no primary");
  if (!own.primary) return No("names a primary that is no member: " + own.primary_ip);
  const std::string named = own.primary->ToString();
  if (own.primary_denies) return No(std::format("names {}, which says it is a replica", named));
  if (!own.unsaved.empty()) return No("its state is not on its volume: " + own.unsaved);
  const auto counts = WrongCounts(input.layout, own);
  if (counts) return No(*counts);
  Reports reports = input.sentinels;
  reports[input.self].sentinel = own;
  const int answering = std::max(AskSentinels(input.layout, reports).answering, HeardDirectly(own));
  const std::string heard =
      std::format("{} of {} sentinels answer", answering, input.layout.sentinels);
  if (answering * 2 <= input.layout.sentinels) return No("no majority: " + heard);
  const std::ptrdiff_t against = Contradictions(input.layout, reports, own);
  if (against * 2 >= answering) {
    return No(std::format("names {}, {} others do not; {}", named, against, heard));
  }
  return Yes(
      std::format("names {}{}; {}", named, own.primary_down ? ", which is down" : "", heard));
}

}  // namespace bowline
