#include "apply/common/memory_watch.h"

#include "apply/common/context.h"
#include "plan/common/memory.h"
#include "sys/cgroup.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{5000};
constexpr Milliseconds kFirstLook{500};
constexpr Milliseconds kCall{500};
constexpr const char* kPolicy = "maxmemory-policy";

std::int64_t NumberIn(const ConfigFields& fields, const std::string& name) {
  const auto field = fields.find(name);
  return field == fields.end() ? 0 : ParseMemory(field->second).value_or(0);
}

}  // namespace

MemoryWatch::MemoryWatch(Lane& lane, const LiveSettings& settings, const DirectiveWatch& directives,
                         LiveState& live, EventSink& events)
    : settings_(settings),
      directives_(directives),
      live_(live),
      events_(events),
      stepped_(std::chrono::steady_clock::now() - kStepDown) {
  step_.emplace(lane, "memory", [this] {
    Look();
    return compared_ ? kLook : kFirstLook;
  });
}

void MemoryWatch::Look() {
  const EngineSnapshot last = live_.LastAnswer();
  if (!last.answers || last.info.loading) return;  // what is used is not known yet
  const Directives wanted =
      MemoryDirectives(MemoryLimit(), settings_->max_memory_percent, directives_.InUse());
  const auto max_memory = wanted.find(kMaxMemory);
  const bool limited = max_memory != wanted.end() && max_memory->second != "0";
  // What a replica uses depends on its primary, so it is looked at again and again.
  if (followed_ == wanted && (last.info.primary || !limited)) return;
  const auto there = Follow(wanted, last.info.primary);
  if (!there) {
    LogInfo("the memory's directives are not set yet", {{"err", there.error().ToString()}});
    return;
  }
  compared_ = true;
  if (*there) {
    followed_ = wanted;
  } else {
    followed_.reset();
  }
}

Result<bool> MemoryWatch::Follow(const Directives& wanted, bool primary) {
  if (wanted.empty()) return true;
  const Deadline deadline = Deadline::In(kCall);
  ASSIGN_OR_RETURN(RespClient engine,
                   ConnectToOwn(*settings_.Get(), settings_.Secrets(), deadline));
  ASSIGN_OR_RETURN(const ConfigFields now,
                   engine.ConfigGet({kMaxMemory, kPolicy, kBacklogSize}, deadline));
  const auto backlog = wanted.find(kBacklogSize);
  const std::int64_t size = NumberIn(now, kBacklogSize);
  if (backlog != wanted.end() && size != ParseMemory(backlog->second)) {
    RETURN_IF_ERROR(Set(engine, kBacklogSize, std::to_string(size), backlog->second, deadline));
  }
  const auto max_memory = wanted.find(kMaxMemory);
  if (max_memory == wanted.end()) return true;
  const std::int64_t goal = ParseMemory(max_memory->second).value_or(0);
  if (goal == 0 && NumberIn(now, kMaxMemory) == 0) return true;
  const auto policy = now.find(kPolicy);
  ASSIGN_OR_RETURN(const std::int64_t used, engine.UsedMemory(deadline));
  const MaxMemoryStep step{.now = NumberIn(now, kMaxMemory),
                           .wanted = goal,
                           .used = used,
                           .evicts = policy != now.end() && policy->second != "noeviction",
                           .primary = primary,
                           .since = Since(stepped_)};
  const auto next = NextMaxMemory(step);
  if (!next) return step.now == step.wanted;
  RETURN_IF_ERROR(
      Set(engine, kMaxMemory, std::to_string(step.now), std::to_string(*next), deadline));
  if (*next < step.now) stepped_ = std::chrono::steady_clock::now();
  return *next == step.wanted;
}

Status MemoryWatch::Set(RespClient& engine, const std::string& name, const std::string& from,
                        const std::string& to, Deadline deadline) {
  RETURN_IF_ERROR(engine.ConfigSet(name, to, deadline));
  events_.Emit("MemoryLimitChanged",
               std::format("by the container's memory limit: {}: {} -> {} bytes", name, from, to));
  return {};
}

}  // namespace bowline
