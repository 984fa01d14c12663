#include "plan/common/progress.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/model.h"

namespace bowline {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kMega = 1 << 20;

WorkLook Loading(std::int64_t done, std::int64_t total = 100 * kMega, std::int64_t begun = 7) {
  return {.work = Work::kLoading, .done = done, .total = total, .begun = begun};
}

/// The one work of a look, which is there.
Progress Only(ProgressWatch& watch, const WorkLook& look, std::int64_t now) {
  const std::vector<Progress> works = watch.Look({look}, milliseconds(now));
  REQUIRE(works.size() == 1);
  CHECK(works[0].work == look.work);
  CHECK(works[0].done == look.done);
  return works[0];
}

struct InfoCase {
  std::string what;
  std::string info;
  std::vector<WorkLook> works;
};

TEST_CASE("what INFO tells of work that goes on") {
  const std::vector<InfoCase> cases{
      {"none", "loading:0\r\naof_rewrite_in_progress:0\r\nrdb_bgsave_in_progress:0\r\n", {}},
      {"no INFO", "-LOADING", {}},
      {"a load of files",
       "loading:1\r\nloading_start_time:9\r\nloading_total_bytes:200\r\nloading_rdb_used_mem:0\r\n"
       "loading_loaded_bytes:50\r\nloading_loaded_perc:25.00\r\nloading_eta_seconds:3\r\n",
       {{.work = Work::kLoading, .done = 50, .total = 200, .begun = 9}}},
      {"a load from a socket, whose size is a guess",
       "loading:1\r\nloading_start_time:9\r\nloading_total_bytes:0\r\nloading_rdb_used_mem:70\r\n"
       "loading_loaded_bytes:50\r\nmaster_sync_in_progress:1\r\nmaster_sync_read_bytes:0\r\n",
       {{.work = Work::kLoading, .done = 50, .total = -1, .begun = 9}}},
      {"a copy by a file",
       "master_sync_in_progress:1\r\nmaster_sync_total_bytes:400\r\nmaster_sync_read_bytes:100\r\n",
       {{.work = Work::kFullCopy, .done = 100, .total = 400}}},
      {"a copy whose size is not known",
       "master_sync_in_progress:1\r\nmaster_sync_total_bytes:-1\r\nmaster_sync_read_bytes:100\r\n"
       "master_sync_perc:-100.00\r\n",
       {{.work = Work::kFullCopy, .done = 100, .total = -1}}},
      {"a copy without figures", "master_sync_in_progress:1\r\n", {{.work = Work::kFullCopy}}},
      {"a copy that is loaded as it comes, while the old data are served",
       "loading:0\r\nasync_loading:1\r\nloading_total_bytes:0\r\nloading_loaded_bytes:60\r\n"
       "master_sync_in_progress:1\r\nmaster_sync_total_bytes:0\r\nmaster_sync_read_bytes:0\r\n",
       {{.work = Work::kFullCopy, .done = 60, .total = -1}}},
      {"a rewrite beside a copy",
       "aof_rewrite_in_progress:1\r\nmaster_sync_in_progress:1\r\nmaster_sync_read_bytes:3\r\n"
       "current_save_keys_processed:4\r\ncurrent_save_keys_total:8\r\n",
       {{.work = Work::kFullCopy, .done = 3}, {.work = Work::kRewrite, .done = 4, .total = 8}}},
      {"a snapshot that has not told anything yet",
       "rdb_bgsave_in_progress:1\r\ncurrent_save_keys_processed:0\r\ncurrent_save_keys_total:0\r\n",
       {{.work = Work::kSave, .done = 0, .total = -1}}},
      {"no numbers",
       "loading:1\r\nloading_loaded_bytes:much\r\nloading_total_bytes:1e300\r\n",
       {{.work = Work::kLoading}}},
  };
  for (const InfoCase& one : cases) {
    CAPTURE(one.what);
    CHECK(ReadWorks(one.info) == one.works);
  }
  for (const std::string engine : testing::kEngines) {
    CHECK(ReadWorks(testing::ReadTestdata(engine + "/info-primary.txt")).empty());
    CHECK(ReadWorks(testing::ReadTestdata(engine + "/info-replica.txt")).empty());
  }
}

TEST_CASE("rate and time left") {
  ProgressWatch watch;
  CHECK(Only(watch, Loading(10 * kMega), 0).per_second == -1);
  CHECK(Only(watch, Loading(10 * kMega), 999).left_seconds == -1);
  const Progress first = Only(watch, Loading(20 * kMega), 2'000);
  CHECK(first.per_second == 5 * kMega);
  CHECK(first.left_seconds == 16);
  CHECK(first.total == 100 * kMega);
  CHECK(first.seconds == 2);
  CHECK(AmountText(first) == "20.0M of 100.0M (20%), 5.0M/s, 16s left");
}

TEST_CASE("the rate is that of the last ten seconds, by looks of any distance") {
  ProgressWatch watch;
  std::int64_t done = 0;
  Progress told;
  for (int now = 0; now <= 30'000; now += 200) {
    told = Only(watch, Loading(done, 1000 * kMega), now);
    done += kMega / (now < 15'000 ? 1 : 5);
  }
  CHECK(told.per_second <= kMega);
  CHECK(told.per_second > kMega * 9 / 10);
  // Nobody has looked for a while: over that time, then.
  told = Only(watch, Loading(done, 1000 * kMega), 130'000);
  CHECK(told.per_second < kMega / 5);
}

TEST_CASE("work that stands still has no time left, and none that never ends") {
  ProgressWatch watch;
  Only(watch, Loading(kMega), 0);
  const Progress stuck = Only(watch, Loading(kMega), 20'000);
  CHECK(stuck.per_second == 0);
  CHECK(stuck.left_seconds == -1);
  ProgressWatch slow;
  Only(slow, Loading(0, 1'000'000'000'000'000'000), 0);
  CHECK(Only(slow, Loading(1, 1'000'000'000'000'000'000), 2'000).left_seconds == -1);
}

struct AnewCase {
  std::string what;
  WorkLook look;
  std::int64_t now;
};

TEST_CASE("what begins anew is measured anew") {
  const std::vector<AnewCase> cases{
      {"less is done: the engine was restarted, or the copy", Loading(kMega), 6'000},
      {"another begin, and more is done already", Loading(90 * kMega, 100 * kMega, 8), 6'000},
      {"a look that comes late, or a clock that went back", Loading(60 * kMega), 4'000},
  };
  for (const AnewCase& one : cases) {
    CAPTURE(one.what);
    ProgressWatch watch;
    Only(watch, Loading(0), 0);
    CHECK(Only(watch, Loading(50 * kMega), 5'000).per_second == 10 * kMega);
    const Progress anew = Only(watch, one.look, one.now);
    CHECK(anew.per_second == -1);
    CHECK(anew.left_seconds == -1);
    CHECK(anew.seconds == 0);
    WorkLook next = one.look;
    next.done += 2 * kMega;
    CHECK(Only(watch, next, one.now + 2'000).per_second == kMega);
  }
  ProgressWatch watch;
  Only(watch, Loading(0), 0);
  watch.Forget();
  CHECK(Only(watch, Loading(50 * kMega), 5'000).per_second == -1);
  CHECK(watch.Look({}, milliseconds(6'000)).empty());
  CHECK(Only(watch, Loading(60 * kMega), 7'000).per_second == -1);
}

TEST_CASE("a copy that has come is loaded: two works, each with its own rate") {
  ProgressWatch watch;
  const WorkLook copy{.work = Work::kFullCopy, .done = 40, .total = 50};
  const WorkLook rewrite{.work = Work::kRewrite, .done = 1, .total = 3};
  CHECK(watch.Look({copy, rewrite}, milliseconds(0)).size() == 2);
  const auto works = watch.Look({Loading(10), rewrite}, milliseconds(5'000));
  REQUIRE(works.size() == 2);
  CHECK(FindWork(works, Work::kLoading)->seconds == 0);
  CHECK(FindWork(works, Work::kRewrite)->seconds == 5);
  CHECK(FindWork(works, Work::kFullCopy) == nullptr);
}

TEST_CASE("a total that is wrong, not known, or grows") {
  ProgressWatch watch;
  CHECK(Only(watch, Loading(101, 100), 0).total == -1);
  CHECK_FALSE(PercentOf(Only(watch, Loading(101, 100), 1)));
  CHECK_FALSE(PercentOf(Only(watch, Loading(101, -1), 2)));
  CHECK_FALSE(PercentOf(Only(watch, Loading(101, 0), 3)));
  CHECK(PercentOf(Only(watch, Loading(101, 101), 4)) == 100);
  const Progress grown = Only(watch, Loading(1101, 10'101), 10'004);
  CHECK(PercentOf(grown) == 10);
  CHECK(grown.left_seconds == 91);
  CHECK(PercentOf({.done = 5, .total = 4}) == 100);  // as another member may tell it
}

TEST_CASE("amounts for people leave out what is not known") {
  CHECK(AmountText({.work = Work::kFullCopy, .done = 3 * kMega}) == "3.0M");
  CHECK(AmountText({.work = Work::kFullCopy, .done = 3 * kMega, .per_second = 512}) ==
        "3.0M, 512B/s");
  CHECK(AmountText({.work = Work::kSave, .done = 12, .per_second = 4}) == "12 keys, 4/s");
  CHECK(AmountText({.work = Work::kRewrite, .done = 12, .total = 30, .left_seconds = 75}) ==
        "12 of 30 keys (40%), 1m15s left");
}

/// The texts of one work, told again and again.
class Steps {
 public:
  std::vector<std::string> At(int percent, std::int64_t seconds, Work work = Work::kLoading) {
    return steps_.Look({{.work = work, .done = percent, .total = 100, .seconds = seconds}});
  }
  std::vector<std::string> None() { return steps_.Look({}); }

 private:
  ProgressSteps steps_;
};

TEST_CASE("each step is told once, and short work not at all") {
  Steps steps;
  CHECK(steps.At(30, 5).empty());
  CHECK(steps.At(90, 9).empty());
  CHECK(steps.None().empty());
  CHECK(steps.At(1, 0).empty());
  CHECK(steps.At(9, 11).empty());
  CHECK(steps.At(10, 12) == std::vector<std::string>{"loading the dataset: 10B of 100B (10%)"});
  CHECK(steps.At(10, 13).empty());
  CHECK(steps.At(19, 14).empty());
  CHECK(steps.At(45, 15).size() == 1);  // the last one alone
  CHECK(steps.At(25, 16).empty());      // its total has grown
  CHECK(steps.At(49, 17).empty());
  CHECK(steps.At(50, 18).size() == 1);
  CHECK(steps.At(100, 19).size() == 1);
  CHECK(steps.At(100, 20).empty());
}

TEST_CASE("work that begins anew has its steps anew, when it is long again") {
  Steps steps;
  CHECK(steps.At(50, 20).size() == 1);
  SECTION("it was seen to end") { CHECK(steps.None().empty()); }
  SECTION("it was not") {}
  CHECK(steps.At(50, 2).empty());
  CHECK(steps.At(50, 12).size() == 1);
}

TEST_CASE("work in the background is told when it is very long") {
  for (const Work work : {Work::kRewrite, Work::kSave}) {
    Steps steps;
    CHECK(steps.At(80, 59, work).empty());
    CHECK(steps.At(80, 60, work).size() == 1);
  }
  Steps steps;
  CHECK(steps.At(80, 10, Work::kFullCopy).size() == 1);
}

TEST_CASE("without a total there are no steps") {
  ProgressSteps steps;
  CHECK(steps.Look({{.work = Work::kFullCopy, .done = 1, .seconds = 100}}).empty());
}

TEST_CASE("progress travels, and work of a later version is passed over") {
  const std::vector<Progress> works{{.work = Work::kSave,
                                     .done = 1,
                                     .total = 2,
                                     .per_second = 3,
                                     .left_seconds = 4,
                                     .seconds = 5},
                                    {.work = Work::kFullCopy}};
  JsonWriter json;
  json.BeginObject();
  WriteProgress(json, "progress", works);
  std::string text = json.EndObject().Take();
  const auto read = [&] {
    const auto document = JsonDocument::Parse(text);
    REQUIRE(document);
    return ReadProgress(document->root(), "progress");
  };
  REQUIRE(read());
  CHECK(*read() == works);
  text.replace(text.find("save"), 4, "move");
  REQUIRE(read());
  CHECK(*read() == std::vector<Progress>{works[1]});
  text.replace(text.find("\"total\""), 7, "\"all\"  ");
  CHECK(*read() == std::vector<Progress>{works[1]});  // it may have other figures, too
  text = "{}";
  REQUIRE(read());
  CHECK(read()->empty());
  text = R"({"progress":[{"work":"save"}]})";
  CHECK_FALSE(read());
}

}  // namespace
}  // namespace bowline
