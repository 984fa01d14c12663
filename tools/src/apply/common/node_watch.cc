#include "apply/common/node_watch.h"

namespace bowline {
namespace {

constexpr Milliseconds kBetweenLooks{30'000};
constexpr Milliseconds kReportsTimeout{500};

}  // namespace

void NodeWatch::Look(const Identity& identity, const Report& own, const AddressBook& addresses) {
  if (Since(looked_) < kBetweenLooks) return;
  looked_ = std::chrono::steady_clock::now();
  if (rules_.LowerMemberRuns(settings_->layout, identity, self_, own.engine)) return news_.Forget();
  Reports reports = peers_.Gather(addresses, Deadline::In(kReportsTimeout));
  if (LowerMemberRuns(self_, reports)) return news_.Forget();
  reports[self_] = own;
  const auto news = news_.Look(Since({}), NodeRisks(settings_->layout, reports, rules_));
  if (!news) return;
  events_.Emit(news->risk ? "NodeLossRisk" : "NodeLossRiskEnded", news->text, news->risk);
}

}  // namespace bowline
