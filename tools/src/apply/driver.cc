#include "apply/driver.h"

#include <utility>

#include "apply/cluster/driver.h"
#include "apply/sentinel/driver.h"
#include "apply/standalone/driver.h"

namespace bowline {

const ModeDriver& DriverOf(const Layout& layout) {
  static const ClusterDriver cluster;
  static const SentinelDriver sentinel;
  static const StandaloneDriver standalone;
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
