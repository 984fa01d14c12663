#pragma once
// Long work of an engine: how much of it is done, how fast it goes, and how long it still takes.
// The engines tell amounts alone, and an estimate of the whole time of a load
// (genRedisInfoString in server.c): rate and time left are computed here, from look to look. Pure.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace bowline {

/// In the order in which they are told.
enum class Work {
  kLoading,   ///< the engine reads its dataset into memory
  kFullCopy,  ///< a replica receives the whole dataset of its primary
  kRewrite,   ///< the append-only file is written anew
  kSave,      ///< a snapshot is written, to the disk or to replicas
};
/// "loading", "full_copy", "rewrite", "save".
std::string_view WorkName(Work work);
/// kLoading and kFullCopy are counted in bytes, the others in keys: what they write has no size
/// yet.
bool InBytes(Work work);

/// What one look tells of one work.
struct WorkLook {
  Work work = Work::kLoading;
  std::int64_t done = 0;
  std::int64_t total = -1;  ///< -1: not known
  std::int64_t begun = 0;   ///< when, by the engine; another one is other work. 0: not told
  bool operator==(const WorkLook&) const = default;
};

/// From INFO; one for each work that goes on, a later one behind. A number that is missing, or
/// none, is 0 or not known.
std::vector<WorkLook> ReadWorks(std::string_view info);

struct Progress {
  Work work = Work::kLoading;
  std::int64_t done = 0;           ///< bytes or keys
  std::int64_t total = -1;         ///< -1: not known
  std::int64_t per_second = -1;    ///< over the last ten seconds; -1: not known yet
  std::int64_t left_seconds = -1;  ///< -1: not known
  std::int64_t seconds = 0;        ///< since it was first seen
  bool operator==(const Progress&) const = default;
};

/// 0 to 100, rounded down; nothing without a total.
std::optional<int> PercentOf(const Progress& progress);
/// nullptr: no such work goes on.
const Progress* FindWork(const std::vector<Progress>& works, Work work);

/// "4.2G of 10.0G (42%), 210.0M/s, 28s left"; what is not known is left out.
std::string AmountText(const Progress& progress);
/// "loading the dataset".
std::string_view WorkText(Work work);

/// Rate and time left, from look to look. Not for several threads.
class ProgressWatch {
 public:
  using Time = std::chrono::milliseconds;

  /// The engine is another one.
  void Forget() { seen_.clear(); }
  /// `looks`: of one answer, at most one for each work; `now` on any clock that never goes back.
  /// Work that is not among them has ended. What begins anew is measured anew: another begin, less
  /// done than before, a look from before the last one.
  std::vector<Progress> Look(const std::vector<WorkLook>& looks, Time now);

 private:
  struct Sample {
    Time at{0};
    std::int64_t done = 0;
  };
  struct Seen {
    std::int64_t begun = 0;
    Time first{0};
    Sample last;
    std::deque<Sample> samples;  ///< a second apart, ten seconds back
  };
  std::map<Work, Seen> seen_;
};

/// Which steps of 10 % are worth an Event. Not for several threads.
class ProgressSteps {
 public:
  /// The texts of the steps that have been crossed since the last call, the last of each work
  /// alone. Each step is told at most once for one work. Work that keeps the member from serving is
  /// told from 10 s on, work in the background from 60 s on, since it may come each minute.
  std::vector<std::string> Look(const std::vector<Progress>& works);

 private:
  struct Told {
    std::int64_t seconds = 0;  ///< of the work at the last call; fewer later on: other work
    int step = 0;
  };
  std::map<Work, Told> told_;
};

/// As the array `key` of the object that is being written.
void WriteProgress(JsonWriter& json, std::string_view key, const std::vector<Progress>& works);
/// Work that a later version has added is passed over; without the key there is none.
Result<std::vector<Progress>> ReadProgress(const JsonView& object, std::string_view key);

}  // namespace bowline
