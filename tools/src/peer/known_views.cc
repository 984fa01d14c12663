#include "peer/known_views.h"

#include <algorithm>
#include <utility>

namespace bowline {
namespace {

// A quiet cluster has one, a failover two or three. One of 1000 members is some 0.5 MB.
constexpr std::size_t kKept = 8;

const std::string& DigestOf(const std::shared_ptr<const CommonNodes>& common) {
  return common->Digest();
}

}  // namespace

std::shared_ptr<const CommonNodes> KnownViews::Find(std::string_view digest) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(newest_, digest, DigestOf);
  return found == newest_.end() ? nullptr : *found;
}

void KnownViews::Keep(std::shared_ptr<const CommonNodes> common) {
  const std::string& digest = common->Digest();
  const std::scoped_lock lock(mutex_);
  if (std::ranges::contains(newest_, digest, DigestOf)) return;
  newest_.push_front(std::move(common));
  if (newest_.size() > kKept) newest_.pop_back();
}

void KnownViews::Share(NodesView& view) {
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& known : newest_) {
      if (known->lines() == view.common()->lines()) return view.Complete(known);
    }
  }
  Keep(view.common());
}

}  // namespace bowline
