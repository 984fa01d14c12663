#pragma once
// Kubernetes Events about our own pod and its StatefulSet, sent by a thread of its own: an API
// server that does not answer must never delay a start, a probe or a handover.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "kube/api.h"
#include "sys/env.h"

namespace bowline {

class EventSink {
 public:
  /// Without an API (no rights) or with `enabled` false, events are only logged.
  EventSink(const PodEnv& pod, bool enabled);
  /// Says the last words, but does not hold up an exit for more than 3 s when the API server does
  /// not answer.
  ~EventSink();
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;

  /// Logs it and queues it. At most 64 wait; the oldest goes first when there are more.
  void Emit(const std::string& reason, const std::string& message, bool warning = false);

 private:
  void Run(const std::stop_token& stop);
  void Send(const EventBody& event, const std::stop_token& stop);

  ObjectRef pod_;
  std::optional<ObjectRef> set_;  ///< known after the first answer
  std::optional<KubeApi> api_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<EventBody> queue_;
  bool sending_ = false;
  std::jthread thread_;
};

}  // namespace bowline
