#pragma once
// Kubernetes Events about our own pod and its StatefulSet, sent by a step on a lane: an API server
// that does not answer must never delay a start, a probe or a handover.

#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "kube/api.h"
#include "runtime/lane.h"
#include "sys/env.h"

namespace bowline {

class EventSink {
 public:
  /// Without an API (no rights) or with `enabled` false, events are only logged.
  EventSink(Lane& lane, const PodEnv& pod, bool enabled);
  /// Sends what is left on the caller's thread, but does not hold up an exit for more than 3 s
  /// when the API server does not answer.
  ~EventSink();
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;

  /// Logs it and queues it. At most 64 wait; the oldest goes first when there are more.
  void Emit(const std::string& reason, const std::string& message, bool warning = false);

 private:
  /// One call for the oldest Event that is not told; false: there is none.
  bool Send(Deadline deadline);

  /// An Event that is taken from the queue.
  struct Current {
    EventBody event;
    bool pod_told = false;  ///< it is sent about the pod; the StatefulSet comes next
  };

  ObjectRef pod_;
  std::optional<ObjectRef> set_;  ///< known after the first answer
  std::optional<KubeApi> api_;
  std::mutex mutex_;
  std::deque<EventBody> queue_;
  std::optional<Current> current_;  ///< of who sends alone
  std::optional<Step> step_;
};

}  // namespace bowline
