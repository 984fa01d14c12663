#include "plan/probe.h"

#include <algorithm>

#include "plan/running_sentinels.h"

namespace bowline {
namespace {

Verdict Yes(std::string text) { return {.ok = true, .text = std::move(text)}; }
Verdict No(std::string text) { return {.ok = false, .text = std::move(text)}; }

/// True as well when the view cannot be read: only what is known to be wrong counts.
bool OwnsSlots(const std::string& text) {
  const auto view = ParseClusterNodes(text);
  return !view || view->Myself() == nullptr || !view->Myself()->slots.empty();
}

Verdict ClusterReadiness(const EngineSnapshot& engine) {
  if (!engine.cluster.state_ok) {
    return No(std::format("cluster_state is not ok ({} of {} slots served)",
                          engine.cluster.slots_ok, kSlotCount));
  }
  if (engine.info.primary && !OwnsSlots(engine.view)) return No("a primary without slots");
  return Yes(engine.info.primary ? "a primary, cluster ok" : "a replica in sync, cluster ok");
}

bool Follows(const ReplicaEntry& replica) {
  return replica.state == "online" && replica.lag_seconds >= 0 &&
         replica.lag_seconds <= kFollowerLagSeconds;
}

/// A primary that the sentinels may have replaced while it was cut off must not get writes.
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

/// Empty: as declared. One sentinel too many is as wrong as one too few: majorities are counted
/// over those that are known. A replica too many does not harm (`bowline check` tells it).
std::string WrongCounts(const Layout& layout, const SentinelSnapshot& own) {
  if (std::ssize(own.sentinels) != layout.sentinels - 1) {
    return std::format("knows {} other sentinels, {} are declared", own.sentinels.size(),
                       layout.sentinels - 1);
  }
  if (std::ssize(own.replicas) < layout.replicas_per_shard) {
    return std::format("knows {} replicas, {} are declared", own.replicas.size(),
                       layout.replicas_per_shard);
  }
  return "";
}

/// Those that name another primary. Not who does so with an older epoch: it has not heard yet.
std::ptrdiff_t Contradictions(const Layout& layout, const Cards& cards,
                              const SentinelSnapshot& own) {
  return std::ranges::count_if(layout.Sentinels(), [&](MemberName name) {
    const SentinelSnapshot* other = AnsweringSentinel(cards, name);
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
  const std::string counts = WrongCounts(input.layout, own);
  if (!counts.empty()) return No(counts);
  Cards cards = input.sentinels;
  cards[input.self].sentinel = own;
  const int answering = std::max(AskSentinels(input.layout, cards).answering, HeardDirectly(own));
  const std::string heard =
      std::format("{} of {} sentinels answer", answering, input.layout.sentinels);
  if (answering * 2 <= input.layout.sentinels) return No("no majority: " + heard);
  const std::ptrdiff_t against = Contradictions(input.layout, cards, own);
  if (against * 2 >= answering) {
    return No(std::format("names {}, {} others do not; {}", named, against, heard));
  }
  return Yes(
      std::format("names {}{}; {}", named, own.primary_down ? ", which is down" : "", heard));
}

/// Why a replica may tell what is old; empty: it has all that its primary has sent.
std::string Behind(const EngineInfo& info, int max_lag_seconds) {
  if (!info.link_up) return "a replica whose link to its primary is down";
  if (max_lag_seconds == 0 || info.last_io_seconds <= max_lag_seconds) return "";
  return std::format("a replica that has not heard from its primary for {} s, {} are allowed",
                     info.last_io_seconds, max_lag_seconds);
}

/// What keeps a running engine busy for long, and how far it is; empty: nothing.
std::string Progress(const EngineInfo& info) {
  if (info.loading) return std::format("loading the dataset, {:.0f}%", info.loading_percent);
  if (!info.primary && info.sync_in_progress) {
    return std::format("copying the dataset from its primary, {:.0f}%", info.sync_percent);
  }
  return "";
}

Verdict Replies(const EngineSnapshot& engine) {
  const std::string progress = engine.answers ? Progress(engine.info) : "";
  return Yes("the engine replies" + (progress.empty() ? "" : ": " + progress));
}

}  // namespace

Verdict StartupVerdict(const ProbeInput& input) {
  if (input.phase == Phase::kGuard) return Yes("waiting: " + input.reason);
  if (input.phase == Phase::kStopping) return Yes("stopping: " + input.reason);
  if (input.engine.replied) return Replies(input.engine);
  return No("the engine has not replied yet: " + input.engine.problem);
}

Verdict LivenessVerdict(const ProbeInput& input) {
  if (input.phase == Phase::kGuard) return Yes("waiting: " + input.reason);
  if (input.phase == Phase::kStopping) return Yes("stopping: " + input.reason);
  if (input.engine.replied) return Replies(input.engine);
  return Yes("the engine does not reply: " + input.engine.problem);
}

Verdict ReadinessVerdict(const ProbeInput& input) {
  if (input.phase == Phase::kGuard) return No("waiting: " + input.reason);
  if (input.phase == Phase::kStopping) return No("stopping: " + input.reason);
  if (input.self.kind == MemberKind::kSentinel) return SentinelReadiness(input);
  // One that is busy for a moment is judged by what it said before.
  const bool busy = !input.engine.answers && input.answer.answers && input.silent <= kMayBeSilent;
  const EngineSnapshot& engine = busy ? input.answer : input.engine;
  if (!engine.answers) return No("the engine does not answer: " + engine.problem);
  const std::string progress = Progress(engine.info);
  if (!progress.empty()) return No(progress);
  if (!input.fenced.empty()) return No("cut off, writes are paused: " + input.fenced);
  if (!engine.refusal.empty() && input.refusing > kMayRefuse) {
    return No("a primary that refuses writes: " + engine.refusal);
  }
  const std::string behind = engine.info.primary ? "" : Behind(engine.info, input.max_lag_seconds);
  if (!behind.empty()) return No(behind);
  if (input.layout.mode == Mode::kCluster) return ClusterReadiness(engine);
  return engine.info.primary ? PrimaryReadiness(input, engine.info) : Yes("a replica in sync");
}

}  // namespace bowline
