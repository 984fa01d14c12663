#include "simulator/models/story.h"

#include <format>

namespace bowline::simulator {

std::string Story::Print(bool details) const {
  std::string text;
  for (const StoryLine& line : lines_) {
    if (line.detail && !details) continue;
    text += std::format("{:3}.{:06} {:12} {}\n", line.when / kSecond, line.when % kSecond, line.who,
                        line.what);
  }
  return text;
}

}  // namespace bowline::simulator
