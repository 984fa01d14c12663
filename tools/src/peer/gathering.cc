#include "peer/gathering.h"

#include <utility>

namespace bowline {

Gathering::Gathering(std::size_t members, PeerViews views, KnownViews& known)
    : members_(members), views_(views), known_(known) {}

std::vector<Gathering::Question> Gathering::First() const {
  std::vector<Question> questions;
  questions.reserve(members_);
  for (std::size_t i = 0; i < members_; ++i) questions.push_back({.member = i});
  return questions;
}

std::vector<Gathering::Question> Gathering::Answered(const Question& question,
                                                     std::optional<Report> report) {
  if (question.whole) return AnsweredWhole(question, std::move(report));
  if (!report) return {};
  NodesView& view = report->engine.view;
  if (view.Readable()) known_.Share(view);
  const std::string digest = view.Missing();
  if (!digest.empty() && views_ == PeerViews::kRead) {
    const auto common = known_.Find(digest);
    if (!common) {
      incomplete_[question.member] = *std::move(report);
      wanted_[digest].holders.push_back(question.member);
      return AskFor(digest);
    }
    view.Complete(common);
  }
  complete_[question.member] = *std::move(report);
  return {};
}

std::vector<Gathering::Question> Gathering::AnsweredWhole(const Question& question,
                                                          std::optional<Report> report) {
  Wanted& wanted = wanted_[question.digest];
  --wanted.running;
  std::string told;
  if (report && report->engine.view.Missing().empty()) {
    if (const auto& common = report->engine.view.common()) {
      told = common->Digest();
      Found(common);
    }
    // The newer report holds, also when its view is another one by now.
    incomplete_.erase(question.member);
    complete_[question.member] = *std::move(report);
  }
  // Silence, or the cluster changes and the others may have another view by now, too.
  if (told != question.digest) wanted.at_once *= 2;
  return AskFor(question.digest);
}

std::vector<Gathering::Question> Gathering::AskFor(const std::string& digest) {
  std::vector<Question> questions;
  Wanted& wanted = wanted_[digest];
  while (wanted.running < wanted.at_once && wanted.asked < wanted.holders.size()) {
    const std::size_t member = wanted.holders[wanted.asked++];
    if (!incomplete_.contains(member)) continue;
    questions.push_back({.member = member, .whole = true, .digest = digest});
    ++wanted.running;
  }
  return questions;
}

void Gathering::Found(const std::shared_ptr<const CommonNodes>& common) {
  known_.Keep(common);
  const auto wanted = wanted_.find(common->Digest());
  if (wanted == wanted_.end()) return;
  for (const std::size_t member : wanted->second.holders) {
    const auto waiting = incomplete_.find(member);
    if (waiting == incomplete_.end()) continue;
    waiting->second.engine.view.Complete(common);
    complete_[member] = std::move(waiting->second);
    incomplete_.erase(waiting);
  }
}

std::vector<std::size_t> Gathering::Unread() const {
  std::vector<std::size_t> places;
  for (const auto& [place, report] : incomplete_) places.push_back(place);
  return places;
}

}  // namespace bowline
