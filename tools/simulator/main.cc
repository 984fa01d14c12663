// bowline-sim: histories of a whole cluster, one for each seed.
//
//   bowline-sim --seed 7 [--story | --details]   one history; prints what happened
//   bowline-sim --seeds 1:2000 [--seconds 60]    many, each in a process of its own; prints those
//                                                that fail; --first: and ends with the first one
// Exit code 0: nothing was violated; 1: something was; 2: usage, or a history has crashed.

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <format>
#include <string>
#include <vector>

#include "base/parse.h"
#include "simulator/history.h"

namespace bowline::simulator {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool story = false;
  bool details = false;
  bool first_only = false;
  std::int64_t seconds = 0;  ///< 0: as long as it takes
};

int Usage() {
  std::fputs(
      "usage: bowline-sim --seed N [--story | --details] | --seeds FIRST:LAST [--seconds S] "
      "[--first]\n",
      stderr);
  return 2;
}

bool ReadOptions(int count, char** words, Options& options) {
  bool seeds = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const std::string_view value = i + 1 < count ? words[i + 1] : "";
    if (word == "--story") {
      options.story = true;
      continue;
    }
    if (word == "--first") {
      options.first_only = true;
      continue;
    }
    if (word == "--details") {
      options.details = true;
      continue;
    }
    ++i;
    const auto parts = Split(value, ':');
    const auto first = ParseUint64(parts.front());
    const auto last = ParseUint64(parts.back());
    if (!first || !last) return false;
    if (word == "--seed" || word == "--seeds") {
      options.first = *first;
      options.last = *last;
      seeds = true;
    } else if (word == "--seconds") {
      options.seconds = static_cast<std::int64_t>(*first);
    } else {
      return false;
    }
  }
  return seeds;
}

/// In a process of its own, which may end in any state. The exit code is that of the program.
int RunOne(std::uint64_t seed, const Options& options) {
  const fs::path folder = fs::path("/dev/shm") / std::format("bowline-sim-{}", ::getpid());
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    const HistoryEnd end = RunHistory(seed, folder);
    if (!end.violations.empty() || options.story) std::fputs(end.story.c_str(), stdout);
    if (options.details) std::fputs(end.details.c_str(), stdout);
    if (!end.violations.empty()) {
      std::printf("seed %lu fails; again: bowline-sim --seed %lu --details\n\n", seed, seed);
    }
    std::fflush(stdout);
    ::_exit(end.violations.empty() ? 0 : 1);
  }
  int status = 0;
  (void)::waitpid(child, &status, 0);
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  if (WIFEXITED(status) && WEXITSTATUS(status) <= 1) return WEXITSTATUS(status);
  std::printf("seed %lu: the history has crashed (status %d)\n", seed, status);
  return 2;
}

int RunAll(const Options& options) {
  const auto begun = std::chrono::steady_clock::now();
  const auto since = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  };
  std::uint64_t run = 0;
  std::uint64_t failed = 0;
  int worst = 0;
  for (std::uint64_t seed = options.first; seed <= options.last; ++seed) {
    if (options.seconds > 0 && since() > static_cast<double>(options.seconds)) break;
    const int code = RunOne(seed, options);
    ++run;
    failed += code == 0 ? 0 : 1;
    worst = std::max(worst, code);
    if (code != 0 && options.first_only) break;
  }
  std::printf("%lu histories in %.1f s, %lu failed\n", run, since(), failed);
  return worst;
}

}  // namespace
}  // namespace bowline::simulator

int main(int count, char** words) {
  using namespace bowline::simulator;
  Options options;
  if (!ReadOptions(count, words, options)) return Usage();
  return RunAll(options);
}
