#pragma once
// The same question to many peers at once: one slow peer must not delay the answers of the others.

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace bowline {

/// Runs `work(index)` for 0..count-1 on up to `width` threads and returns when all have ended.
/// Every `work` must be bounded by a deadline of its own.
template <typename Work>
void Parallel(std::size_t count, std::size_t width, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min(count, width); ++i) threads.emplace_back(run);
  run();
}

}  // namespace bowline
