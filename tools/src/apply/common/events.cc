#include "apply/common/events.h"

#include "sys/log.h"
#include "sys/thread_root.h"

namespace bowline {
namespace {

constexpr std::size_t kQueueLimit = 64;
constexpr Milliseconds kSendTimeout{2000};
constexpr Milliseconds kLastWords{1000};

}  // namespace

EventSink::EventSink(const PodEnv& pod, bool enabled) : pod_(RefOf(pod)) {
  if (!enabled) return;
  auto api = KubeApi::InCluster();
  if (!api) {
    LogWarning("no access to the Kubernetes API: decisions are logged, not sent as Events",
               {{"err", api.error().ToString()}});
    return;
  }
  api_ = *std::move(api);
  thread_ = StartThread("Events", [this](const std::stop_token& stop) { Run(stop); });
}

EventSink::~EventSink() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kLastWords, [this] { return queue_.empty() && !sending_; });
  }
  thread_.request_stop();
  changed_.notify_all();
}

void EventSink::Emit(const std::string& reason, const std::string& message, bool warning) {
  Log(warning ? LogLevel::kWarning : LogLevel::kInfo, "event",
      {{"reason", reason}, {"message", message}});
  if (!api_) return;
  const std::scoped_lock lock(mutex_);
  if (queue_.size() >= kQueueLimit) queue_.pop_front();
  queue_.push_back({.reason = reason, .message = message, .warning = warning});
  changed_.notify_all();
}

void EventSink::Send(const EventBody& event, const std::stop_token& stop) {
  const auto told = [](const Status& sent) {
    if (!sent) LogWarning("an Event could not be sent", {{"err", sent.error().ToString()}});
  };
  told(api_->CreateEvent(pod_, event, pod_.name, Deadline::In(kSendTimeout)));
  if (stop.stop_requested()) return;
  if (!set_) {
    const std::string name = pod_.name.substr(0, pod_.name.rfind('-'));
    auto found = api_->GetStatefulSet(pod_.name_space, name, Deadline::In(kSendTimeout));
    if (!found) return told(std::unexpected(found.error()));
    set_ = *std::move(found);
  }
  if (stop.stop_requested()) return;
  EventBody of_member = event;
  of_member.message = pod_.name + ": " + event.message;
  told(api_->CreateEvent(*set_, of_member, pod_.name, Deadline::In(kSendTimeout)));
}

void EventSink::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  // Told to stop, the wait still says whether something is queued.
  while (changed_.wait(lock, stop, [this] { return !queue_.empty(); }) && !stop.stop_requested()) {
    const EventBody event = queue_.front();
    queue_.pop_front();
    sending_ = true;
    lock.unlock();
    Send(event, stop);
    lock.lock();
    sending_ = false;
    changed_.notify_all();
  }
}

}  // namespace bowline
