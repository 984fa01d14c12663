#include "plan/common/progress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <utility>

#include "plan/common/metrics_info.h"
#include "plan/common/units.h"

namespace bowline {
namespace {

using std::chrono::milliseconds;

// A rate over less is a guess: engines tell their figures in steps.
constexpr milliseconds kLeastSpan{1'000};
constexpr milliseconds kBetweenSamples{1'000};
constexpr milliseconds kWindow{10'000};
constexpr int kStep = 10;  // percent
constexpr std::int64_t kForegroundTold = 10;
constexpr std::int64_t kBackgroundTold = 60;

struct WorkKind {
  Work work;
  std::string_view name;
  std::string_view text;
  bool bytes;
  std::int64_t told_from;  ///< seconds
};

constexpr std::array<WorkKind, 4> kKinds{{
    {Work::kLoading, "loading", "loading the dataset", true, kForegroundTold},
    {Work::kFullCopy, "full_copy", "copying the dataset from its primary", true, kForegroundTold},
    {Work::kRewrite, "rewrite", "rewriting the append-only file", false, kBackgroundTold},
    {Work::kSave, "save", "saving a snapshot", false, kBackgroundTold},
}};

const WorkKind& KindOf(Work work) {
  for (const WorkKind& kind : kKinds) {
    if (kind.work == work) return kind;
  }
  std::unreachable();
}

bool Is(std::string_view info, std::string_view field) {
  return InfoNumber(info, field).value_or(0) == 1;
}

/// 0 for what is missing, below it, or more than a count can be.
std::int64_t Amount(std::string_view info, std::string_view field) {
  constexpr double kMost = 1e18;
  const double number = InfoNumber(info, field).value_or(0);
  return number > 0 && number < kMost ? static_cast<std::int64_t>(number) : 0;
}

/// Engines tell 0 or -1 when they do not know it.
std::int64_t Total(std::string_view info, std::string_view field) {
  const std::int64_t total = Amount(info, field);
  return total > 0 ? total : -1;
}

std::string CountText(Work work, std::int64_t count) {
  return InBytes(work) ? BytesText(count) : std::to_string(count);
}

Result<std::optional<Progress>> ReadOne(const JsonView& item) {
  ASSIGN_OR_RETURN(const std::string name, item.GetString("work"));
  const auto* kind = std::ranges::find(kKinds, name, &WorkKind::name);
  if (kind == kKinds.end()) return std::nullopt;
  Progress progress{.work = kind->work};
  ASSIGN_OR_RETURN(progress.done, item.GetInt("done"));
  ASSIGN_OR_RETURN(progress.total, item.GetInt("total"));
  ASSIGN_OR_RETURN(progress.per_second, item.GetInt("perSecond"));
  ASSIGN_OR_RETURN(progress.left_seconds, item.GetInt("leftSeconds"));
  ASSIGN_OR_RETURN(progress.seconds, item.GetInt("seconds"));
  return progress;
}

}  // namespace

std::string_view WorkName(Work work) { return KindOf(work).name; }
std::string_view WorkText(Work work) { return KindOf(work).text; }
bool InBytes(Work work) { return KindOf(work).bytes; }

std::vector<WorkLook> ReadWorks(std::string_view info) {
  std::vector<WorkLook> works;
  if (Is(info, "loading")) {
    // The size of what a socket brings is not known: loading_rdb_used_mem is a bad estimate of it.
    works.push_back({.work = Work::kLoading,
                     .done = Amount(info, "loading_loaded_bytes"),
                     .total = Total(info, "loading_total_bytes"),
                     .begun = Amount(info, "loading_start_time")});
  } else if (Is(info, "master_sync_in_progress")) {
    // One that is loaded as it comes (repl-diskless-load swapdb) is counted by the load alone.
    const bool as_it_comes = Is(info, "async_loading");
    works.push_back(
        {.work = Work::kFullCopy,
         .done = Amount(info, as_it_comes ? "loading_loaded_bytes" : "master_sync_read_bytes"),
         .total = Total(info, as_it_comes ? "loading_total_bytes" : "master_sync_total_bytes")});
  }
  // An engine has one such child at a time.
  const bool rewrites = Is(info, "aof_rewrite_in_progress");
  if (rewrites || Is(info, "rdb_bgsave_in_progress")) {
    works.push_back({.work = rewrites ? Work::kRewrite : Work::kSave,
                     .done = Amount(info, "current_save_keys_processed"),
                     .total = Total(info, "current_save_keys_total")});
  }
  return works;
}

std::optional<int> PercentOf(const Progress& progress) {
  if (progress.total <= 0) return std::nullopt;
  const double share = static_cast<double>(progress.done) / static_cast<double>(progress.total);
  return static_cast<int>(std::clamp(100 * share, 0.0, 100.0));
}

const Progress* FindWork(const std::vector<Progress>& works, Work work) {
  const auto found = std::ranges::find(works, work, &Progress::work);
  return found == works.end() ? nullptr : &*found;
}

std::string AmountText(const Progress& progress) {
  std::string text = CountText(progress.work, progress.done);
  if (const auto percent = PercentOf(progress)) {
    text += std::format(" of {}", CountText(progress.work, progress.total));
    if (!InBytes(progress.work)) text += " keys";
    text += std::format(" ({}%)", *percent);
  } else if (!InBytes(progress.work)) {
    text += " keys";
  }
  if (progress.per_second >= 0) {
    text += std::format(", {}/s", CountText(progress.work, progress.per_second));
  }
  if (progress.left_seconds >= 0) {
    text += std::format(", {} left", SpanText(progress.left_seconds));
  }
  return text;
}

std::vector<Progress> ProgressWatch::Look(const std::vector<WorkLook>& looks, Time now) {
  std::erase_if(seen_, [&](const auto& entry) {
    return std::ranges::find(looks, entry.first, &WorkLook::work) == looks.end();
  });
  std::vector<Progress> works;
  for (const WorkLook& look : looks) {
    const auto [place, is_new] = seen_.try_emplace(look.work);
    Seen& seen = place->second;
    const bool anew =
        is_new || look.begun != seen.begun || look.done < seen.last.done || now < seen.last.at;
    const Sample sample{.at = now, .done = look.done};
    if (anew) seen = {.begun = look.begun, .first = now, .last = sample, .samples = {sample}};
    seen.last = sample;
    if (now - seen.samples.back().at >= kBetweenSamples) seen.samples.push_back(sample);
    while (seen.samples.size() > 1 && now - seen.samples[1].at >= kWindow) {
      seen.samples.pop_front();
    }
    Progress progress{.work = look.work, .done = look.done};
    // More than all is done: what was told of it is wrong.
    if (look.total >= look.done) progress.total = look.total;
    progress.seconds = std::chrono::duration_cast<std::chrono::seconds>(now - seen.first).count();
    const Sample& from = seen.samples.front();
    if (now - from.at >= kLeastSpan) {
      const double seconds = std::chrono::duration<double>(now - from.at).count();
      const double rate = static_cast<double>(look.done - from.done) / seconds;
      progress.per_second = std::llround(rate);
      if (progress.total >= 0 && rate > 0) {
        const double left = std::ceil(static_cast<double>(progress.total - look.done) / rate);
        constexpr double kLongest = 1e9;  // that is, never
        if (left < kLongest) progress.left_seconds = static_cast<std::int64_t>(left);
      }
    }
    works.push_back(progress);
  }
  return works;
}

std::vector<std::string> ProgressSteps::Look(const std::vector<Progress>& works) {
  std::erase_if(told_, [&](const auto& entry) { return FindWork(works, entry.first) == nullptr; });
  std::vector<std::string> texts;
  for (const Progress& progress : works) {
    Told& told = told_[progress.work];
    if (progress.seconds < told.seconds) told = {};
    told.seconds = progress.seconds;
    const int step = PercentOf(progress).value_or(0) / kStep;
    if (progress.seconds < KindOf(progress.work).told_from || step <= told.step) continue;
    told.step = step;
    texts.push_back(std::format("{}: {}", WorkText(progress.work), AmountText(progress)));
  }
  return texts;
}

void WriteProgress(JsonWriter& json, std::string_view key, const std::vector<Progress>& works) {
  json.Key(key).BeginArray();
  for (const Progress& progress : works) {
    json.BeginObject().Field("work", WorkName(progress.work)).Field("done", progress.done);
    json.Field("total", progress.total).Field("perSecond", progress.per_second);
    json.Field("leftSeconds", progress.left_seconds).Field("seconds", progress.seconds);
    json.EndObject();
  }
  json.EndArray();
}

Result<std::vector<Progress>> ReadProgress(const JsonView& object, std::string_view key) {
  std::vector<Progress> works;
  if (!object.Has(key)) return works;
  ASSIGN_OR_RETURN(const auto items, ReadList(object, key, &ReadOne));
  for (const auto& item : items) {
    if (item) works.push_back(*item);
  }
  return works;
}

}  // namespace bowline
