#include "apply/common/node_watch.h"

namespace bowline {
namespace {

constexpr Milliseconds kBetweenLooks{30'000};
constexpr Milliseconds kCardsTimeout{500};

}  // namespace

void NodeWatch::Look(const Identity& identity, const Card& own, const AddressBook& addresses) {
  if (Since(looked_) < kBetweenLooks) return;
  looked_ = std::chrono::steady_clock::now();
  if (rules_.LowerMemberRuns(settings_.layout, identity, self_, own.engine)) return news_.Forget();
  Cards cards = peers_.Gather(addresses, Deadline::In(kCardsTimeout));
  if (LowerMemberRuns(self_, cards)) return news_.Forget();
  cards[self_] = own;
  const auto news = news_.Look(Since({}), NodeRisks(settings_.layout, cards, rules_));
  if (!news) return;
  events_.Emit(news->risk ? "NodeLossRisk" : "NodeLossRiskGone", news->text, news->risk);
}

}  // namespace bowline
