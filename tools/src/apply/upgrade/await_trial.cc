#include "apply/upgrade/await_trial.h"

#include <optional>

#include "sys/files.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{50};
constexpr Milliseconds kAskEvery{1000};
constexpr Milliseconds kAsk{2000};

/// Empty: it is not there yet.
Result<std::optional<EngineTrial>> TrialIn(const std::filesystem::path& file) {
  const auto text = ReadFile(file);
  if (!text && text.error().code == Code::kNotFound) return std::optional<EngineTrial>();
  if (!text) return std::unexpected(text.error());
  ASSIGN_OR_RETURN(EngineTrial trial, ReadTrial(*text));
  return std::optional(std::move(trial));
}

/// Why the container does not start; nothing: nothing keeps it from that.
std::optional<std::string> Obstacle(const ContainerState& container) {
  for (const char* passing : {"", "ContainerCreating", "PodInitializing"}) {
    if (container.waiting == passing) return std::nullopt;
  }
  return container.message.empty() ? container.waiting
                                   : container.waiting + ": " + container.message;
}

EngineTrial Ended(TrialEnd end, std::string what) {
  EngineTrial trial;
  trial.end = end;
  trial.what = std::move(what);
  return trial;
}

}  // namespace

Result<EngineTrial> AwaitTrial(const KubeApi& api, const ObjectRef& pod,
                               const std::filesystem::path& file, Deadline deadline) {
  std::optional<ContainerState> container;
  auto asked = std::chrono::steady_clock::now();
  do {
    ASSIGN_OR_RETURN(const auto trial, TrialIn(file));
    if (trial) return *trial;
    if (container && !container->ended.empty()) {
      return Ended(TrialEnd::kKilled, container->ended);
    }
    if (Since(asked) < kAskEvery) continue;
    asked = std::chrono::steady_clock::now();
    const auto state = api.GetPod(pod.name_space, pod.name, deadline.Within(kAsk));
    if (!state) continue;  // the file alone tells, then
    const auto found = state->containers.find(kEngineContainer);
    if (found != state->containers.end()) container = found->second;
  } while (deadline.Sleep(kLook));
  const auto obstacle = container ? Obstacle(*container) : std::nullopt;
  if (obstacle) return Ended(TrialEnd::kNotStarted, *obstacle);
  if (container && !container->waiting.empty()) {
    return Fail(Code::kAborted,
                "the engine's image is still being pulled ({}): upgrade.job.activeDeadlineSeconds "
                "and helm's --timeout must leave time for that",
                container->waiting);
  }
  return Ended(TrialEnd::kUnknown, "its container runs, and has told nothing in time");
}

}  // namespace bowline
