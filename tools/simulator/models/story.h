#pragma once
// What has happened in a history, for people: time, member, event.

#include <string>
#include <vector>

#include "simulator/core/scheduler.h"

namespace bowline::simulator {

struct StoryLine {
  Micros when = 0;
  std::string who;
  std::string what;
  bool detail = false;  ///< told with --story alone
};

class Story {
 public:
  explicit Story(const Scheduler& scheduler) : scheduler_(scheduler) {}

  void Tell(std::string who, std::string what, bool detail = false) {
    lines_.push_back({scheduler_.Now(), std::move(who), std::move(what), detail});
  }
  void Violated(std::string what) {
    lines_.push_back({scheduler_.Now(), "VIOLATION", what, false});
    violations_.push_back(std::move(what));
  }
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  /// All of it. Two runs of one seed print the same.
  [[nodiscard]] std::string Print(bool details) const;

 private:
  const Scheduler& scheduler_;
  std::vector<StoryLine> lines_;
  std::vector<std::string> violations_;
};

}  // namespace bowline::simulator
