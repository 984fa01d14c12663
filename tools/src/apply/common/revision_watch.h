#pragma once
// The release's ConfigMap says its revision in an annotation. As soon as it is another one than the
// mounted files have, an annotation of the own pod is changed: so the kubelet renews these files at
// once, and not within its minute (docs/decisions/0038-live-configuration.md).

#include <chrono>
#include <optional>
#include <string>

#include "kube/api.h"
#include "runtime/lane.h"
#include "runtime/live_settings.h"
#include "sys/env.h"

namespace bowline {

/// Without an API (no rights) the kubelet's minute is waited for.
class RevisionWatch {
 public:
  RevisionWatch(Lane& lane, const LiveSettings& settings, const PodEnv& pod);
  RevisionWatch(const RevisionWatch&) = delete;
  RevisionWatch& operator=(const RevisionWatch&) = delete;

 private:
  void Look();
  Status Ask(const std::string& revision);

  const LiveSettings& settings_;
  ObjectRef pod_;
  std::optional<KubeApi> api_;
  std::string asked_;  ///< the revision that the kubelet was last asked for
  std::chrono::steady_clock::time_point asked_at_;
  bool failed_ = false;  ///< the last look; logged once
  std::optional<Step> step_;
};

}  // namespace bowline
