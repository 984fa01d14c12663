#include "apply/common/events.h"

#include "sys/counters.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr std::size_t kQueueLimit = 64;
constexpr const char* kDropped = "bowline_events_dropped_total";
constexpr Milliseconds kSendTimeout{2000};  // of one call
constexpr Milliseconds kLastSends{1000};

}  // namespace

EventSink::EventSink(Lane& lane, const PodEnv& pod, bool enabled) : pod_(RefOf(pod)) {
  if (!enabled) return;
  auto api = KubeApi::InCluster();
  if (!api) {
    LogWarning("no access to the Kubernetes API: decisions are logged, not sent as Events",
               {{"err", api.error().ToString()}});
    return;
  }
  api_ = *std::move(api);
  step_.emplace(lane, "Events", [this] {
    return Send(Deadline::In(kSendTimeout)) ? Milliseconds(0) : kUntilWoken;
  });
}

EventSink::~EventSink() {
  if (!step_) return;
  step_.reset();
  const Deadline last = Deadline::In(kLastSends);
  while (!last.Passed() && Send(last)) continue;
}

void EventSink::Emit(const std::string& reason, const std::string& message, bool warning) {
  Log(warning ? LogLevel::kWarning : LogLevel::kInfo, "event",
      {{"reason", reason}, {"message", message}});
  if (!step_) return;
  {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() >= kQueueLimit) {
      queue_.pop_front();
      ProcessCounters().Add(kDropped);
    }
    queue_.push_back({.reason = reason, .message = message, .warning = warning});
  }
  step_->Wake();
}

bool EventSink::Send(Deadline deadline) {
  if (!current_) {
    const std::scoped_lock lock(mutex_);
    if (queue_.empty()) return false;
    current_ = Current{.event = queue_.front()};
    queue_.pop_front();
  }
  const auto told = [](const Status& sent) {
    if (sent) return;
    ProcessCounters().Add(kDropped);
    LogWarning("an Event could not be sent", {{"err", sent.error().ToString()}});
  };
  if (!current_->pod_told) {
    current_->pod_told = true;
    told(api_->CreateEvent(pod_, current_->event, pod_.name, deadline));
    return true;
  }
  if (!set_) {
    auto found =
        api_->GetStatefulSet(pod_.name_space, pod_.name.substr(0, pod_.name.rfind('-')), deadline);
    if (found) {
      set_ = *std::move(found);
    } else {
      told(std::unexpected(found.error()));
      current_.reset();
    }
    return true;
  }
  EventBody event = std::move(current_->event);
  current_.reset();
  event.message = pod_.name + ": " + event.message;
  told(api_->CreateEvent(*set_, event, pod_.name, deadline));
  return true;
}

}  // namespace bowline
