#include "runtime/lane.h"

#include <algorithm>
#include <utility>

#include "sys/thread_root.h"

namespace bowline {
namespace {

// After a body has thrown.
constexpr Milliseconds kAfterFailure{1000};

}  // namespace

Lane::Lane(std::string name, Driver driver) : name_(std::move(name)), driver_(driver) {}

Lane::~Lane() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

Lane::Entry& Lane::Add(std::string what, StepBody body) {
  const std::scoped_lock lock(mutex_);
  if (driver_ == Driver::kThread && !thread_.joinable()) {
    thread_ = StartThread(name_, [this](const std::stop_token& stop) { Run(stop); });
  }
  Entry& entry = entries_.emplace_back();
  entry.what = std::move(what);
  entry.body = std::move(body);
  entry.due = driver_ == Driver::kThread ? Since({}) : now_;
  news_ = true;
  changed_.notify_all();
  return entry;
}

void Lane::Wake(Entry& entry) {
  const std::scoped_lock lock(mutex_);
  entry.woken = entry.running;
  entry.due = std::min(entry.due, driver_ == Driver::kThread ? Since({}) : now_);
  news_ = true;
  changed_.notify_all();
}

void Lane::Remove(Entry& entry) {
  std::unique_lock lock(mutex_);
  entry.gone = true;
  ended_.wait(lock, [&] { return !entry.running; });
  entries_.remove_if([&](const Entry& one) { return &one == &entry; });
}

void Lane::Hold(bool held) {
  const std::scoped_lock lock(mutex_);
  held_ = held;
  news_ = true;
  changed_.notify_all();
}

Lane::Entry* Lane::First() {
  if (held_) return nullptr;
  Entry* first = nullptr;
  for (Entry& entry : entries_) {
    if (!entry.gone && (first == nullptr || entry.due < first->due)) first = &entry;
  }
  return first;
}

void Lane::RunOne(std::unique_lock<std::mutex>& lock, Entry& entry, const Milliseconds* now) {
  entry.running = true;
  entry.woken = false;
  lock.unlock();
  Milliseconds span = kAfterFailure;
  (void)Caught(entry.what.c_str(), [&] { span = entry.body(); });
  lock.lock();
  entry.running = false;
  const Milliseconds at = now == nullptr ? Since({}) : *now;
  if (entry.woken) span = Milliseconds(0);
  entry.due = span == kUntilWoken ? kUntilWoken : at + span;
  ended_.notify_all();
}

void Lane::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    Entry* const first = First();
    news_ = false;
    const auto told = [this] { return news_; };
    if (first == nullptr || first->due == kUntilWoken) {
      changed_.wait(lock, stop, told);
    } else if (const Milliseconds now = Since({}); first->due > now) {
      changed_.wait_for(lock, stop, first->due - now, told);
    } else {
      RunOne(lock, *first, nullptr);
    }
  }
}

Milliseconds Lane::RunDue(Milliseconds now) {
  std::unique_lock lock(mutex_);
  now_ = now;
  for (Entry* first = First(); first != nullptr; first = First()) {
    if (first->due > now) return first->due;
    RunOne(lock, *first, &now);
  }
  return kUntilWoken;
}

}  // namespace bowline
