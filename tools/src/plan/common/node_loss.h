#pragma once
// What the loss of one Kubernetes node would end although every member runs: the majority that
// elects, or the last copy of a shard. The engines place roles without regard to nodes, and nothing
// moves them back.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "model/layout.h"
#include "plan/common/shard_view.h"

namespace bowline {

class ModeRules;

struct NodeRisk {
  std::string node;    ///< Kubernetes node
  std::string loss;    ///< what would be lost with it, and what of
  std::string remedy;  ///< the command that ends the risk, or why there is none
  bool operator==(const NodeRisk&) const = default;
  /// One line: node, loss, remedy.
  [[nodiscard]] std::string ToString() const;
};

/// Of the members whose reports are there. Members whose node is not known are left out: nothing is
/// claimed of them. What no placement could mend is not a risk: fewer than three sentinels, a shard
/// that is declared without replicas.
std::vector<NodeRisk> NodeRisks(const Layout& layout, const Reports& reports,
                                const ModeRules& rules);

/// Does a member with a lower name tell of the risks, so that `self` need not?
bool LowerMemberRuns(MemberName self, const Reports& reports);

/// When risks are worth an Event: when two looks running have seen the same ones, and once an hour
/// again, since an Event is kept for an hour; and when two looks have seen that they are gone.
class NodeRiskNews {
 public:
  using Time = std::chrono::milliseconds;
  struct News {
    bool risk = false;  ///< false: there is none any more
    std::string text;
    bool operator==(const News&) const = default;
  };

  /// By any one steady clock.
  std::optional<News> Look(Time now, const std::vector<NodeRisk>& risks);
  /// Somebody else tells: what was told here is forgotten.
  void Forget();

 private:
  std::optional<std::string> seen_;  ///< at the last look
  std::string told_;
  Time told_at_{0};
};

}  // namespace bowline
