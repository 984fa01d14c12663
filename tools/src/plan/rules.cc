#include "plan/rules.h"

#include <utility>

#include "plan/cluster/rules.h"
#include "plan/sentinel/rules.h"
#include "plan/standalone/rules.h"

namespace bowline {

const ModeRules& RulesOf(const Layout& layout) {
  static const ClusterRules cluster;
  static const SentinelRules sentinel;
  static const StandaloneRules standalone;
  switch (layout.mode) {
    case Mode::kCluster:
      return cluster;
    case Mode::kSentinel:
      return sentinel;
    case Mode::kStandalone:
      return standalone;
  }
  std::unreachable();
}

}  // namespace bowline
