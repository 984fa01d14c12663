#include "plan/common/memory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/parse.h"

namespace bowline {
namespace {

constexpr std::int64_t kKilo = 1000;
constexpr std::int64_t kKibi = 1024;
constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> kUnits{
    {{"", 1},
     {"b", 1},
     {"k", kKilo},
     {"kb", kKibi},
     {"m", kKilo* kKilo},
     {"mb", kKibi* kKibi},
     {"g", kKilo* kKilo* kKilo},
     {"gb", kKibi* kKibi* kKibi}}};

constexpr std::int64_t kMostBacklog = 64 * kKibi * kKibi;
constexpr std::int64_t kLeastBacklog = kKibi * kKibi;  // the engines' default
constexpr int kBacklogShare = 10;
constexpr int kStepShare = 10;
constexpr int kLeastStepShare = 20;
constexpr int kRoomShare = 10;

/// What is used, and room for writes.
std::int64_t WithRoom(std::int64_t used) { return used + used / kRoomShare; }

std::int64_t BacklogFor(std::int64_t max_memory) {
  if (max_memory <= 0) return kMostBacklog;
  return std::clamp(max_memory / kBacklogShare, kLeastBacklog, kMostBacklog);
}

}  // namespace

std::optional<std::int64_t> ParseMemory(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& [unit, bytes] : kUnits) {
    const bool same = std::ranges::equal(
        rest, unit, [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a + 32 == b); });
    if (!same) continue;
    if (number > INT64_MAX / bytes) return std::nullopt;
    return number * bytes;
  }
  return std::nullopt;
}

Directives MemoryDirectives(std::optional<std::int64_t> limit, int percent,
                            const Directives& declared) {
  Directives ours;
  std::int64_t max_memory = 0;
  if (const auto user = declared.find(kMaxMemory); user != declared.end()) {
    max_memory = ParseMemory(user->second).value_or(0);
  } else {
    // Not limit * percent: that of a large machine does not fit.
    if (limit && percent > 0) max_memory = *limit / 100 * percent;
    const auto backlog = declared.find(kBacklogSize);
    if (backlog != declared.end() && ParseMemory(backlog->second).value_or(0) > max_memory / 2) {
      max_memory = 0;
    }
    ours[kMaxMemory] = std::to_string(max_memory);
  }
  if (!declared.contains(kBacklogSize)) ours[kBacklogSize] = std::to_string(BacklogFor(max_memory));
  return ours;
}

std::optional<std::int64_t> NextMaxMemory(const MaxMemoryStep& step) {
  if (step.now == step.wanted) {
    const bool room = step.primary || step.wanted == 0 || WithRoom(step.used) <= step.wanted;
    if (room) return std::nullopt;
  }
  if (step.wanted == 0) return 0;
  if (step.primary && step.evicts) {
    if (step.now == 0) return std::max(step.wanted, step.used);
    if (step.wanted > step.now) return step.wanted;
    if (step.since < kStepDown) return std::nullopt;
    return std::max(step.wanted, step.now - step.now / kStepShare);
  }
  const std::int64_t goal = std::max(step.wanted, WithRoom(step.used));
  if (step.now == 0) return goal;
  if (goal > step.now) {
    if (!step.primary) return goal;
    if (step.wanted > step.now) return step.wanted;
    return std::nullopt;
  }
  // What is used goes up and down; not each of its dips is followed.
  if (goal == step.wanted || step.now - goal >= step.now / kLeastStepShare) return goal;
  return std::nullopt;
}

}  // namespace bowline
