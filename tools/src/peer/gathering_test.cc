// Who is asked for what, and which reports come of it. The answers are given in any order, as
// connections give them.

#include "peer/gathering.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <random>

#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using Question = Gathering::Question;
using testing::RunningCluster;

/// A look at the members of a cluster. A member is its place in the layout.
struct Looking {
  explicit Looking(PeerViews views = PeerViews::kRead) {
    for (const MemberName member : cluster.layout.Members()) members.push_back(member);
    gathering.emplace(members.size(), views, known);
    Take(gathering->First());
  }

  void Take(const std::vector<Question>& more) {
    for (const Question& question : more) {
      if (question.whole) ++whole;
      questions.push_back(question);
    }
  }
  /// What the member answers; nothing: it is silent, or rejected.
  [[nodiscard]] std::optional<Report> Told(const Question& question) const {
    const auto report = cluster.reports.find(members[question.member]);
    if (report == cluster.reports.end()) return std::nullopt;
    const ViewForm form = question.whole || old ? ViewForm::kWhole : ViewForm::kDigest;
    return *ParseReport(PrintReport(report->second, form));
  }
  Question Next() {
    REQUIRE_FALSE(questions.empty());
    const Question question = questions.front();
    questions.pop_front();
    return question;
  }
  void AnswerNext() {
    const Question question = Next();
    Take(gathering->Answered(question, Told(question)));
  }
  void SilenceNext() { Take(gathering->Answered(Next(), std::nullopt)); }
  std::map<std::size_t, Report> AnswerAll() {
    while (!questions.empty()) AnswerNext();
    return gathering->Take();
  }
  /// All small reports are there, and no whole view yet.
  void AnswerSmall() {
    for (std::size_t i = 0; i < members.size(); ++i) AnswerNext();
  }
  void CheckComplete(const std::map<std::size_t, Report>& reports) const {
    REQUIRE(reports.size() == cluster.reports.size());
    for (const auto& [place, report] : reports) CHECK(report == cluster.reports.at(members[place]));
  }

  RunningCluster cluster{{.shards = 4, .replicas_per_shard = 2}};
  std::vector<MemberName> members;
  bool old = false;  ///< the members know nothing of digests
  KnownViews known;
  std::optional<Gathering> gathering;
  std::deque<Question> questions;  ///< that have not ended
  int whole = 0;                   ///< so many asked for a whole view
};

TEST_CASE("who has answered, and whose view has not come, is told") {
  Looking look;
  look.AnswerSmall();
  CHECK(look.gathering->Take().empty());
  CHECK(look.gathering->Unread().size() == look.members.size());
  look.gathering.emplace(look.members.size(), PeerViews::kRead, look.known);
  look.questions.clear();
  look.Take(look.gathering->First());
  look.CheckComplete(look.AnswerAll());
  CHECK(look.gathering->Unread().empty());
}

TEST_CASE("of a quiet cluster one view is asked for, of two members, and the next look knows it") {
  Looking look;
  look.CheckComplete(look.AnswerAll());
  CHECK(look.whole == 2);
  look.gathering.emplace(look.members.size(), PeerViews::kRead, look.known);
  look.Take(look.gathering->First());
  const auto reports = look.AnswerAll();
  look.CheckComplete(reports);
  CHECK(look.whole == 2);
  // All of them share the lines.
  for (const auto& [place, report] : reports) {
    CHECK(report.engine.view.common() == reports.begin()->second.engine.view.common());
  }
}

TEST_CASE("members that know no digests tell their views whole") {
  Looking look;
  look.old = true;
  const auto reports = look.AnswerAll();
  look.CheckComplete(reports);
  CHECK(look.whole == 0);
  for (const auto& [place, report] : reports) {
    CHECK(report.engine.view.common() == reports.begin()->second.engine.view.common());
  }
}

TEST_CASE("members without a view, and with one that cannot be read, are complete at once") {
  Looking look;
  for (auto& [member, report] : look.cluster.reports) {
    report.engine.view = member.ordinal == 0 ? NodesView() : NodesView("x\n");
  }
  look.CheckComplete(look.AnswerAll());
  CHECK(look.whole == 0);
}

TEST_CASE("when nobody reads the views none is asked for") {
  Looking look(PeerViews::kUnread);
  const auto reports = look.AnswerAll();
  CHECK(reports.size() == look.members.size());
  CHECK(look.whole == 0);
  CHECK_FALSE(reports.begin()->second.engine.view.Readable());
}

TEST_CASE("who is asked for the whole view and falls silent is replaced by others") {
  Looking look;
  look.AnswerSmall();
  REQUIRE(look.whole == 2);
  look.SilenceNext();
  CHECK(look.whole == 5);  // four at once from here on, one of the first two among them
  look.SilenceNext();
  look.CheckComplete(look.AnswerAll());
}

TEST_CASE("when the view never comes its members are as silent, and the others are not") {
  Looking look;
  look.cluster.Of(look.members[0]).engine.view = {};
  look.AnswerSmall();
  SECTION("it is late: the look ends before") {}
  SECTION("all that are asked fall silent") {
    while (!look.questions.empty()) look.SilenceNext();
    CHECK(look.whole == static_cast<int>(look.members.size()) - 1);
  }
  const auto reports = look.gathering->Take();
  REQUIRE(reports.size() == 1);
  CHECK(reports.contains(0));
}

TEST_CASE("views that differ are each asked for") {
  Looking look;
  NodesConf later = look.cluster.conf;
  testing::Promote(later, look.cluster.layout, {.shard = 1, .ordinal = 1});
  for (const std::size_t place : {3U, 4U, 5U}) {
    const MemberName member = look.members[place];
    look.cluster.Of(member).engine.view = testing::ViewOf(later, member);
  }
  look.CheckComplete(look.AnswerAll());
  CHECK(look.whole == 4);
}

TEST_CASE("what a member alone sees costs nobody a view") {
  Looking look;
  NodesConf view = look.cluster.conf;
  view.lines[4].fail = true;
  view.lines[5].connected = false;
  look.cluster.Of(look.members[0]).engine.view = testing::ViewOf(view, look.members[0]);
  look.CheckComplete(look.AnswerAll());
  CHECK(look.whole == 2);
}

TEST_CASE("the cluster changes between the digests and the view: the newer report holds") {
  Looking look;
  look.AnswerSmall();
  look.cluster.Lead({.shard = 1, .ordinal = 1});
  const auto reports = look.AnswerAll();
  // Each that was asked anew told the new view; nobody is left with the lines of another one.
  look.CheckComplete(reports);
}

TEST_CASE("a member starts anew between its digest and its view") {
  Looking look;
  look.AnswerSmall();
  const MemberName restarted = look.members[look.questions.front().member];
  look.cluster.Of(restarted).phase = Phase::kGuard;
  look.cluster.Of(restarted).engine = {};
  const auto reports = look.AnswerAll();
  look.CheckComplete(reports);
  CHECK(reports.at(0).phase == Phase::kGuard);
}

TEST_CASE("lines of another digest complete nobody") {
  Looking look;
  look.AnswerSmall();
  const Question question = look.Next();
  NodesConf wrong = look.cluster.conf;
  wrong.lines[0].config_epoch = 99;
  Report told = look.cluster.Of(look.members[question.member]);
  SECTION("a view of others") {
    told.engine.view = testing::ViewOf(wrong, look.members[question.member]);
  }
  SECTION("again by its digest") { told = *ParseReport(PrintReport(told, ViewForm::kDigest)); }
  look.Take(look.gathering->Answered(question, told));
  look.questions.clear();
  for (const auto& [place, report] : look.gathering->Take()) CHECK(place == question.member);
}

TEST_CASE("whoever answers when, each report is the member's own, with its own view") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    Looking look;
    while (!look.questions.empty()) {
      std::ranges::shuffle(look.questions, random);
      switch (random() % 12) {
        case 0:
          look.SilenceNext();
          break;
        case 1: {
          const auto shard = static_cast<int>(random() % 4);
          look.cluster.Lead({.shard = shard, .ordinal = static_cast<int>(random() % 3)});
          break;
        }
        default:
          look.AnswerNext();
      }
    }
    for (const auto& [place, report] : look.gathering->Take()) {
      const NodesView& view = report.engine.view;
      CHECK(report.member == look.members[place]);
      REQUIRE(view.Readable());
      CHECK(view.Myself()->id == testing::IdOf(report.member));
      // The view is of the time of its report: the epochs agree.
      std::uint64_t highest = 0;
      for (const NodeLine* line : view.Lines()) highest = std::max(highest, line->config_epoch);
      CHECK(highest == report.engine.cluster.current_epoch);
    }
  }
}

TEST_CASE("only the newest views are kept") {
  KnownViews known;
  std::vector<std::string> digests;
  NodesConf conf = testing::MustSeed({.shards = 3, .replicas_per_shard = 0});
  for (int i = 0; i < 20; ++i) {
    ++conf.lines[0].config_epoch;
    const NodesView view = testing::ViewOf(conf, testing::k00);
    known.Keep(view.common());
    known.Keep(view.common());
    digests.push_back(view.Digest());
  }
  CHECK(known.Find(digests.back()));
  CHECK(known.Find(digests[12]));
  CHECK_FALSE(known.Find(digests[11]));
  CHECK_FALSE(known.Find(""));
}

}  // namespace
}  // namespace bowline
