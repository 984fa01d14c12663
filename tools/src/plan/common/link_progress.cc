#include "plan/common/link_progress.h"

#include <algorithm>
#include <functional>

namespace bowline {
namespace {

// A connection that has ended is of no interest any more by then: its replica has another one, or
// is gone.
constexpr LinkProgress::Time kRemembered{5000};

}  // namespace

void LinkProgress::Look(const std::vector<LinkLook>& links, Time now) {
  for (auto& [id, link] : links_) link.open = false;
  for (const LinkLook& look : links) {
    const auto [place, is_new] = links_.try_emplace(look.id);
    Link& link = place->second;
    link.heard = std::max(link.heard, now - look.since_heard);
    // A connection that is found with something outstanding may have been silent for long.
    if (is_new) link.good = link.heard;
    if (!look.outstanding || (!is_new && look.acked_bytes != link.acked_bytes)) link.good = now;
    link.acked_bytes = look.acked_bytes;
    link.open = true;
  }
  std::erase_if(links_, [now](const auto& entry) {
    return !entry.second.open && now - entry.second.good > kRemembered;
  });
}

std::optional<LinkProgress::Time> LinkProgress::Latest(std::size_t count, Time Link::* time) const {
  if (count == 0 || links_.size() < count) return std::nullopt;
  std::vector<Time> times;
  times.reserve(links_.size());
  for (const auto& [id, link] : links_) times.push_back(link.*time);
  std::ranges::sort(times, std::greater());
  return times[count - 1];
}

std::optional<LinkProgress::Time> LinkProgress::GoodUntil(std::size_t count) const {
  return Latest(count, &Link::good);
}

std::optional<LinkProgress::Time> LinkProgress::HeardUntil(std::size_t count) const {
  return Latest(count, &Link::heard);
}

}  // namespace bowline
