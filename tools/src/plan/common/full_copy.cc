#include "plan/common/full_copy.h"

#include <format>
#include <utility>

namespace bowline {
namespace {

constexpr std::chrono::milliseconds kTold{2'000};

}  // namespace

std::optional<CopyNews> FullCopyWatch::Look(const EngineInfo& info, std::chrono::milliseconds now) {
  // What has been received is loaded before the link is up; a start loads its own files, too.
  const bool copying = !info.primary && (info.sync_in_progress || (began_ && info.loading));
  if (copying) {
    if (!began_) began_ = now;
    if (told_ || now - *began_ < kTold) return std::nullopt;
    told_ = true;
    return CopyNews{.ended = false,
                    .text = std::format("copies the whole dataset of its primary, {}; until it has "
                                        "loaded it, it is not ready",
                                        info.primary_host)};
  }
  const auto began = std::exchange(began_, std::nullopt);
  if (!std::exchange(told_, false)) return std::nullopt;
  const double seconds = std::chrono::duration<double>(now - *began).count();
  return CopyNews{.ended = true,
                  .text = std::format("the copy of the whole dataset {} after {:.0f} s",
                                      info.primary   ? "was given up, the member leads now,"
                                      : info.link_up ? "has been loaded"
                                                     : "has broken off",
                                      seconds)};
}

}  // namespace bowline
