// Replication positions, and what two of them tell of two datasets.

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "plan/common/dataset_order.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

ReplicationPosition Position(std::string id, std::int64_t offset, std::string previous = "",
                             std::int64_t previous_offset = -1) {
  return {.replication_id = std::move(id),
          .offset = offset,
          .previous_id = std::move(previous),
          .previous_offset = previous_offset};
}

History Mirrored(History history) {
  if (history == History::kNewer) return History::kOlder;
  if (history == History::kOlder) return History::kNewer;
  return history;
}

TEST_CASE("what two positions tell of each other") {
  struct Case {
    ReplicationPosition first;
    ReplicationPosition second;
    History history = History::kSame;
  };
  for (const Case& c : {
           Case{Position("a", 10), Position("a", 10), History::kSame},
           Case{Position("a", 11), Position("a", 10), History::kNewer},
           Case{Position("a", 9), Position("a", 10), History::kOlder},
           Case{Position("a", 10), Position("b", 10), History::kUnknown},
           // b was promoted from a after its offset 10: 11 is the first of b alone.
           Case{Position("b", 15, "a", 11), Position("a", 10), History::kNewer},
           Case{Position("b", 15, "a", 11), Position("a", 3), History::kNewer},
           Case{Position("b", 15, "a", 11), Position("a", 11), History::kDiverged},
           Case{Position("b", 11, "a", 11), Position("a", 20), History::kDiverged},
           Case{Position("b", 15, "a", 11), Position("c", 15, "a", 11), History::kDiverged},
           Case{Position("b", 15, "a", 11), Position("b", 16, "a", 11), History::kOlder},
           // A history ago, nothing connects them: the epoch has to tell.
           Case{Position("c", 20, "b", 16), Position("a", 10), History::kUnknown},
           // The engines write 40 zeros and -1 for "no history before".
           Case{Position("a", 5, "0", -1), Position("b", 5, "0", -1), History::kUnknown},
           Case{Position("", 5), Position("", 5), History::kUnknown},
       }) {
    CAPTURE(PrintPosition(c.first), PrintPosition(c.second));
    CHECK(CompareHistories(c.first, c.second) == c.history);
    CHECK(CompareHistories(c.second, c.first) == Mirrored(c.history));
  }
}

TEST_CASE("two positions tell the same, whichever comes first") {
  std::mt19937 random(1);
  const auto below = [&](int bound) {
    return static_cast<int>(random() % static_cast<unsigned>(bound));
  };
  const auto any = [&] {
    return Position(std::string(1, static_cast<char>('a' + below(3))), below(6),
                    std::string(1, static_cast<char>('a' + below(3))), below(7) - 1);
  };
  for (int i = 0; i < 4'000; ++i) {
    const ReplicationPosition first = any();
    const ReplicationPosition second = any();
    CAPTURE(PrintPosition(first), PrintPosition(second));
    REQUIRE(CompareHistories(first, second) == Mirrored(CompareHistories(second, first)));
    REQUIRE(CompareHistories(first, first) == History::kSame);
  }
}

TEST_CASE("a position of sentinel mode reads back, and one of an earlier version, too") {
  const ReplicationPosition position{.replication_id = "b",
                                     .offset = 15,
                                     .previous_id = "a",
                                     .previous_offset = 11,
                                     .epoch = std::uint64_t{1} << 62};
  CHECK(ParsePosition(PrintPosition(position)) == position);
  CHECK(ParsePosition(R"({"replicationId":"a","offset":3})") == Position("a", 3));
  for (const char* text : {"", "{}", R"({"replicationId":"a"})", R"({"offset":3})",
                           R"({"replicationId":"a","offset":3,"term":"1"})",
                           R"({"replicationId":"a","offset":3,"previousId":1})"}) {
    CAPTURE(text);
    CHECK_FALSE(ParsePosition(text));
  }
}

/// A server in its guard.
Report Guarding(std::uint64_t epoch, std::optional<ReplicationPosition> position,
                std::int64_t modified = 0) {
  Report report;
  report.volume = VolumeKind::kData;
  report.epoch = epoch;
  report.position = std::move(position);
  report.dataset_modified = modified;
  return report;
}

TEST_CASE("datasets are compared by epoch, then by history, then by file times") {
  const Report fresh;
  struct Case {
    Report first;
    Report second;
    History history = History::kSame;
  };
  for (const Case& c : {
           Case{fresh, fresh, History::kSame},
           Case{Guarding(0, std::nullopt), fresh, History::kNewer},
           Case{Guarding(2, Position("a", 1)), Guarding(1, Position("a", 9)), History::kNewer},
           Case{Guarding(0, Position("a", 1), 9), Guarding(1, Position("a", 9), 1),
                History::kOlder},
           Case{Guarding(1, Position("b", 9, "a", 5), 1), Guarding(1, Position("a", 5), 9),
                History::kDiverged},
           Case{Guarding(1, Position("a", 9), 2), Guarding(1, Position("c", 9), 1),
                History::kNewer},
           Case{Guarding(1, std::nullopt, 2), Guarding(1, Position("c", 9), 2), History::kSame},
       }) {
    CHECK(CompareDatasets(c.first, c.second) == c.history);
    CHECK(CompareDatasets(c.second, c.first) == Mirrored(c.history));
  }
  CHECK(CompareByHistory(Guarding(1, std::nullopt, 2), Guarding(1, std::nullopt, 1)) ==
        History::kUnknown);
}

TEST_CASE("the position of a running member is its engine's") {
  Report report = Guarding(4, Position("old", 1));
  CHECK(PositionOf(report) == Position("old", 1));
  report.engine.answers = true;
  report.engine.info.replication_id = "new";
  report.engine.info.offset = 7;
  report.engine.info.previous_id = "old";
  report.engine.info.previous_offset = 2;
  ReplicationPosition expected = Position("new", 7, "old", 2);
  expected.epoch = 4;
  CHECK(PositionOf(report) == expected);
}

}  // namespace
}  // namespace bowline
