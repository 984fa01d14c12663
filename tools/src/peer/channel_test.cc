// Members ask each other over real connections.

#include "peer/channel.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "testing/plan/running_cluster.h"
#include "testing/sys.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::ServerName;
using testing::Soon;

constexpr MemberName kAsked = ServerName(0);

PeerSender Of(MemberName member) {
  return {.identity = {.installation = "0a", .name_space = "ns", .release = "cache"},
          .member = member.ToString(),
          .pod = "cache-" + member.ToString()};
}

/// server-0, which answers.
struct Answering {
  Answering() {
    server.On("POST", kReportPath,
              AnswerReports({.channel = [this] { return own; },
                             .report = [this](Milliseconds) -> std::optional<Report> {
                               if (busy) return std::nullopt;
                               return report;
                             }}));
    REQUIRE(server.Start(target.port));
  }

  PeerChannel own{.keys = {{"k"}},
                  .self = Of(kAsked),
                  .rejected = [this](const std::string& why) { rejected_here = why; },
                  .seen = [this](MemberName member, const std::string& ip) { seen[member] = ip; }};
  Report report = [] {
    Report of;
    of.member = kAsked;
    of.pod = "cache-server-0";
    of.epoch = 7;
    return of;
  }();
  std::atomic<bool> busy = false;
  std::string rejected_here;
  std::map<MemberName, std::string> seen;
  PeerTarget target{
      .member = kAsked, .pod = "cache-server-0", .ip = "127.0.0.1", .port = testing::FreePort()};
  HttpServer server{PeerLimits()};
};

/// server-1, which asks.
struct Asking {
  PeerChannel channel{.keys = {{"k"}},
                      .self = Of(ServerName(1)),
                      .rejected = [this](const std::string& why) { rejected_here = why; }};
  std::string rejected_here;
  Reports Ask(const PeerTarget& target, Deadline deadline = Soon()) {
    return AskPeers(channel, {target}, deadline);
  }
};

TEST_CASE("a report of the member that was asked") {
  Answering peer;
  Asking self;
  Reports reports = self.Ask(peer.target);
  REQUIRE(reports.size() == 1);
  CHECK(reports[kAsked].epoch == 7);
  CHECK(reports[kAsked].installation == "0a");
  CHECK(self.rejected_here.empty());
  CHECK(peer.seen == std::map<MemberName, std::string>{{ServerName(1), "127.0.0.1"}});
}

TEST_CASE("a member that knows no installation yet asks and is answered") {
  Answering peer;
  Asking self;
  self.channel.self.identity.installation.clear();
  Reports reports = self.Ask(peer.target);
  REQUIRE(reports.size() == 1);
  CHECK(reports[kAsked].installation == "0a");
}

TEST_CASE("a stranger gets silence, and it is told here") {
  Answering peer;
  Asking self;
  std::string why;
  SECTION("another key") {
    self.channel.keys = {{"x"}};
    why = "HMAC";
  }
  SECTION("another release") {
    self.channel.self.identity.release = "queue";
    why = "ns/queue";
  }
  SECTION("another installation") {
    self.channel.self.identity.installation = "0b";
    why = "installation 0b";
  }
  SECTION("it is for another member") {
    peer.own.self.member = "server-2";
    why = "it is for server-0";
  }
  const auto start = std::chrono::steady_clock::now();
  CHECK(self.Ask(peer.target).empty());
  CHECK(Since(start) < Milliseconds(5000));
  CHECK_THAT(peer.rejected_here, ContainsSubstring(why));
  CHECK_THAT(peer.rejected_here, ContainsSubstring("127.0.0.1"));
  CHECK(peer.seen.empty());
  CHECK(self.rejected_here.empty());
}

TEST_CASE("an answer of somebody else is silence, and it is told") {
  Answering peer;
  Asking self;
  std::string why;
  SECTION("another installation, which the asked one does not check: it believes to know none") {
    peer.own.self.identity.installation.clear();
    peer.server.Stop();
    HttpServer other(PeerLimits());
    other.On("POST", kReportPath, [&](const HttpRequest& request, Milliseconds) {
      const auto opened = OpenRequest({{"k"}}, request.body);
      REQUIRE(opened);
      PeerSender foreign = Of(kAsked);
      foreign.identity.installation = "0b";
      return HttpAnswer{.body = SealReport({{"k"}}, opened->nonce,
                                           {.from = foreign, .body = PrintReport(peer.report)})};
    });
    peer.target.port = testing::FreePort();
    REQUIRE(other.Start(peer.target.port));
    CHECK(self.Ask(peer.target).empty());
    why = "installation 0b";
  }
  SECTION("the same member in another pod") {
    peer.target.pod = "other-server-0";
    CHECK(self.Ask(peer.target).empty());
    why = "it is the pod cache-server-0, not other-server-0";
  }
  SECTION("a report that was recorded before") {
    peer.server.Stop();
    HttpServer other(PeerLimits());
    other.On("POST", kReportPath, [&](const HttpRequest&, Milliseconds) {
      return HttpAnswer{.body = SealReport({{"k"}}, "old",
                                           {.from = Of(kAsked), .body = PrintReport(peer.report)})};
    });
    peer.target.port = testing::FreePort();
    REQUIRE(other.Start(peer.target.port));
    CHECK(self.Ask(peer.target).empty());
    why = "HMAC";
  }
  CHECK_THAT(self.rejected_here, ContainsSubstring(why));
  CHECK_THAT(self.rejected_here, ContainsSubstring("server-0"));
}

TEST_CASE("a report that is not there yet is waited for until the deadline") {
  Answering peer;
  Asking self;
  peer.busy = true;
  const auto start = std::chrono::steady_clock::now();
  CHECK(self.Ask(peer.target, Deadline::In(Milliseconds(200))).empty());
  CHECK(Since(start) < Milliseconds(5000));
  peer.busy = false;
  CHECK(self.Ask(peer.target).size() == 1);
}

TEST_CASE("a view is told by its digest, and whole to whom asks for it") {
  testing::RunningCluster cluster;
  Answering peer;
  peer.report.engine = cluster.Of(testing::k00).engine;
  std::vector<std::string> bodies;
  HttpServer server(PeerLimits());
  const HttpHandler answer = AnswerReports(
      {.channel = [&] { return peer.own; }, .report = [&](Milliseconds) { return peer.report; }});
  bool old = false;
  server.On("POST", kReportPath, [&](const HttpRequest& http, Milliseconds waited) {
    HttpRequest request = http;
    if (old) {  // a program that reads nothing of the word
      PeerRequest opened = *OpenRequest({{"k"}}, http.body);
      opened.digest = false;
      request.body = SealRequest({{"k"}}, opened);
    }
    const auto answered = answer(request, waited);
    bodies.push_back(answered->body);
    return answered;
  });
  peer.target.port = testing::FreePort();
  REQUIRE(server.Start(peer.target.port));
  Asking self;
  const auto asks = [&](PeerViews views = PeerViews::kRead) {
    bodies.clear();
    return AskPeers(self.channel, {peer.target}, Soon(), views)[kAsked].engine;
  };
  SECTION("two questions, as nothing is known") {
    CHECK(asks() == peer.report.engine);
    REQUIRE(bodies.size() == 2);
    CHECK(bodies[0].size() < bodies[1].size());
    CHECK_FALSE(bodies[0].contains("\"view\":"));
    CHECK_FALSE(bodies[1].contains("viewDigest"));
    CHECK(asks() == peer.report.engine);
    CHECK(bodies.size() == 2);
  }
  SECTION("one question, once the view is known") {
    self.channel.views = std::make_shared<KnownViews>();
    CHECK(asks() == peer.report.engine);
    CHECK(asks() == peer.report.engine);
    CHECK(bodies.size() == 1);
    // What only this engine sees is told with the digest.
    NodesConf changed = cluster.conf;
    changed.Find(testing::IdOf(testing::k01))->fail = true;
    peer.report.engine.view = testing::ViewOf(changed, testing::k00);
    CHECK(asks() == peer.report.engine);
    CHECK(bodies.size() == 1);
    ++changed.Find(testing::IdOf(testing::k01))->config_epoch;
    peer.report.engine.view = testing::ViewOf(changed, testing::k00);
    CHECK(asks() == peer.report.engine);
    CHECK(bodies.size() == 2);
  }
  SECTION("one question, when nobody reads the view") {
    CHECK(asks(PeerViews::kUnread).view.Missing() == peer.report.engine.view.Digest());
    CHECK(bodies.size() == 1);
  }
  SECTION("an older member tells it whole") {
    old = true;
    CHECK(asks() == peer.report.engine);
    CHECK(bodies.size() == 1);
  }
}

TEST_CASE("an order comes to the member that it is for, with its sender and challenge") {
  PeerChannel own{.keys = {{"k"}}, .self = Of(kAsked), .rejected = {}};
  std::string rejected;
  own.rejected = [&](const std::string& why) { rejected = why; };
  PeerTarget target{
      .member = kAsked, .pod = "cache-server-0", .ip = "127.0.0.1", .port = testing::FreePort()};
  HttpServer server(PeerLimits());
  server.On("POST", kHandoverPath,
            AnswerOrders([&] { return own; },
                         [](const PeerOrder& order) {
                           return std::format("{} {} {}", order.request.from.pod, order.challenge,
                                              order.body);
                         }));
  REQUIRE(server.Start(target.port));
  PeerChannel asker{.keys = {{"k"}}, .self = Of(ServerName(1)), .rejected = {}};
  const auto send = [&] { return SendOrder(asker, target, kHandoverPath, "c1", "do it", Soon()); };
  CHECK(send() == "cache-server-1 c1 do it");
  SECTION("another key") { asker.keys = {{"x"}}; }
  SECTION("another installation") { asker.self.identity.installation = "0b"; }
  SECTION("another member has the address") { own.self.member = "server-2"; }
  CHECK_FALSE(send());
  CHECK_FALSE(rejected.empty());
}

TEST_CASE("a request for a report is no order, and the other way round") {
  const PeerRequest request{.from = Of(kAsked), .to = "server-0", .nonce = "n"};
  CHECK_FALSE(OpenOrder({{"k"}}, SealRequest({{"k"}}, request)));
  CHECK_FALSE(
      OpenRequest({{"k"}}, SealOrder({{"k"}}, {.request = request, .challenge = "", .body = ""})));
}

}  // namespace
}  // namespace bowline
