#pragma once
// The same question to many peers at once: one slow peer must not delay the answers of the others.

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

#include "sys/log.h"
#include "sys/thread_root.h"

namespace bowline {

/// Runs `work(index)` for 0..count-1 on up to `width` threads and returns when all have ended.
/// Every `work` must be bounded by a deadline of its own; what one throws is logged and is that
/// one's affair alone. Where no thread can be started, those that run do all the work.
template <typename Work>
void Parallel(std::size_t count, std::size_t width, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      (void)Caught("side by side", [&] { work(i); });
    }
  };
  std::vector<std::jthread> threads;
  try {
    for (std::size_t i = 1; i < std::min(count, width); ++i) threads.emplace_back(run);
  } catch (const std::system_error& error) {
    LogWarning("fewer threads than wanted", {{"err", error.what()}});
  }
  run();
}

}  // namespace bowline
