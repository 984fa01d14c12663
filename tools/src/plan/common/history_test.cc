// Marks and what two of them say of two datasets.

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "plan/common/dataset_order.h"
#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

ReplicationMark Mark(std::string id, std::int64_t offset, std::string previous = "",
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

TEST_CASE("what two marks say") {
  struct Case {
    ReplicationMark first;
    ReplicationMark second;
    History history = History::kSame;
  };
  for (const Case& c : {
           Case{Mark("a", 10), Mark("a", 10), History::kSame},
           Case{Mark("a", 11), Mark("a", 10), History::kNewer},
           Case{Mark("a", 9), Mark("a", 10), History::kOlder},
           Case{Mark("a", 10), Mark("b", 10), History::kUnknown},
           // b was promoted from a after its offset 10: 11 is the first of b alone.
           Case{Mark("b", 15, "a", 11), Mark("a", 10), History::kNewer},
           Case{Mark("b", 15, "a", 11), Mark("a", 3), History::kNewer},
           Case{Mark("b", 15, "a", 11), Mark("a", 11), History::kDiverged},
           Case{Mark("b", 11, "a", 11), Mark("a", 20), History::kDiverged},
           Case{Mark("b", 15, "a", 11), Mark("c", 15, "a", 11), History::kDiverged},
           Case{Mark("b", 15, "a", 11), Mark("b", 16, "a", 11), History::kOlder},
           // A history ago, nothing connects them: the term has to tell.
           Case{Mark("c", 20, "b", 16), Mark("a", 10), History::kUnknown},
           // The engines write 40 zeros and -1 for "no history before".
           Case{Mark("a", 5, "0", -1), Mark("b", 5, "0", -1), History::kUnknown},
           Case{Mark("", 5), Mark("", 5), History::kUnknown},
       }) {
    CAPTURE(PrintMark(c.first), PrintMark(c.second));
    CHECK(CompareHistories(c.first, c.second) == c.history);
    CHECK(CompareHistories(c.second, c.first) == Mirrored(c.history));
  }
}

TEST_CASE("two marks say the same, whichever comes first") {
  std::mt19937 random(1);
  const auto below = [&](int bound) {
    return static_cast<int>(random() % static_cast<unsigned>(bound));
  };
  const auto any = [&] {
    return Mark(std::string(1, static_cast<char>('a' + below(3))), below(6),
                std::string(1, static_cast<char>('a' + below(3))), below(7) - 1);
  };
  for (int i = 0; i < 4'000; ++i) {
    const ReplicationMark first = any();
    const ReplicationMark second = any();
    CAPTURE(PrintMark(first), PrintMark(second));
    REQUIRE(CompareHistories(first, second) == Mirrored(CompareHistories(second, first)));
    REQUIRE(CompareHistories(first, first) == History::kSame);
  }
}

TEST_CASE("a mark of sentinel mode reads back, and one of an earlier version, too") {
  const ReplicationMark mark{.replication_id = "b",
                             .offset = 15,
                             .previous_id = "a",
                             .previous_offset = 11,
                             .term = std::uint64_t{1} << 62};
  CHECK(ParseMark(PrintMark(mark)) == mark);
  CHECK(ParseMark(R"({"replicationId":"a","offset":3})") == Mark("a", 3));
  for (const char* text : {"", "{}", R"({"replicationId":"a"})", R"({"offset":3})",
                           R"({"replicationId":"a","offset":3,"term":"1"})",
                           R"({"replicationId":"a","offset":3,"previousId":1})"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseMark(text));
  }
}

/// A server in its guard.
Card Guarding(std::uint64_t term, std::optional<ReplicationMark> mark, std::int64_t modified = 0) {
  Card card;
  card.volume = VolumeKind::kData;
  card.term = term;
  card.mark = std::move(mark);
  card.dataset_modified = modified;
  return card;
}

TEST_CASE("datasets are compared by term, then by history, then by file times") {
  const Card fresh;
  struct Case {
    Card first;
    Card second;
    History history = History::kSame;
  };
  for (const Case& c : {
           Case{fresh, fresh, History::kSame},
           Case{Guarding(0, std::nullopt), fresh, History::kNewer},
           Case{Guarding(2, Mark("a", 1)), Guarding(1, Mark("a", 9)), History::kNewer},
           Case{Guarding(0, Mark("a", 1), 9), Guarding(1, Mark("a", 9), 1), History::kOlder},
           Case{Guarding(1, Mark("b", 9, "a", 5), 1), Guarding(1, Mark("a", 5), 9),
                History::kDiverged},
           Case{Guarding(1, Mark("a", 9), 2), Guarding(1, Mark("c", 9), 1), History::kNewer},
           Case{Guarding(1, std::nullopt, 2), Guarding(1, Mark("c", 9), 2), History::kSame},
       }) {
    CHECK(CompareDatasets(c.first, c.second) == c.history);
    CHECK(CompareDatasets(c.second, c.first) == Mirrored(c.history));
  }
  CHECK(CompareByHistory(Guarding(1, std::nullopt, 2), Guarding(1, std::nullopt, 1)) ==
        History::kUnknown);
}

TEST_CASE("the mark of a running member is its engine's") {
  Card card = Guarding(4, Mark("old", 1));
  CHECK(MarkOf(card) == Mark("old", 1));
  card.engine.answers = true;
  card.engine.info.replication_id = "new";
  card.engine.info.offset = 7;
  card.engine.info.previous_id = "old";
  card.engine.info.previous_offset = 2;
  ReplicationMark expected = Mark("new", 7, "old", 2);
  expected.term = 4;
  CHECK(MarkOf(card) == expected);
}

}  // namespace
}  // namespace bowline
