#include "peer/message.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;

const PeerKeys kKey{{"a key"}};

PeerSender Sender() {
  return {.identity = {.installation = "0a", .name_space = "ns", .release = "cache"},
          .member = "server-1",
          .pod = "cache-server-1"};
}

std::string Request() {
  return SealRequest(kKey, {.from = Sender(), .to = "server-0", .nonce = "n1"});
}

std::string Report() { return SealReport(kKey, "n1", {.from = Sender(), .body = "{\"a\":1}\n"}); }

TEST_CASE("a request arrives as it was sent") {
  const auto request = OpenRequest(kKey, Request());
  REQUIRE(request);
  CHECK(request->from.identity == Sender().identity);
  CHECK(request->from.member == "server-1");
  CHECK(request->from.pod == "cache-server-1");
  CHECK(request->to == "server-0");
  CHECK(request->nonce == "n1");
  CHECK_FALSE(request->digest);
}

TEST_CASE("a request says that a digest of the view will do") {
  PeerRequest request{.from = Sender(), .to = "server-0", .nonce = "n1", .digest = true};
  const std::string sealed = SealRequest(kKey, request);
  CHECK(OpenRequest(kKey, sealed)->digest);
  CHECK_THAT(sealed, ContainsSubstring("\"view\":\"digest\""));
}

TEST_CASE("a report arrives as it was sent") {
  const auto report = OpenReport(kKey, "n1", Report());
  REQUIRE(report);
  CHECK(report->from.identity == Sender().identity);
  CHECK(report->from.member == "server-1");
  CHECK(report->body == "{\"a\":1}\n");
}

TEST_CASE("one key that both know is enough, whatever others each of them has") {
  const PeerKeys old{{"old"}};
  const PeerKeys both{{"new", "old"}};
  const PeerKeys fresh{{"new"}};
  const PeerRequest request{.from = Sender(), .to = "server-0", .nonce = "n1"};
  CHECK(OpenRequest(old, SealRequest(both, request)));
  CHECK(OpenRequest(fresh, SealRequest(both, request)));
  CHECK(OpenRequest(both, SealRequest(old, request)));
  CHECK(OpenRequest(both, SealRequest(fresh, request)));
  CHECK_FALSE(OpenRequest(fresh, SealRequest(old, request)));
  // Sealed by the newest alone.
  CHECK(OpenRequest(fresh, SealRequest({{"new", "old"}, 1}, request)));
  CHECK_FALSE(OpenRequest(old, SealRequest({{"new", "old"}, 1}, request)));
  CHECK_FALSE(OpenRequest({{"other", "another"}}, SealRequest(both, request)));
  CHECK_FALSE(OpenRequest({{}}, SealRequest({{}}, request)));
}

TEST_CASE("of very many HMACs of a message the first ones are looked at") {
  const PeerRequest request{.from = Sender(), .to = "server-0", .nonce = "n1"};
  PeerKeys many{std::vector<std::string>(8, "other"), 9};
  many.known.back() = kKey.known.front();
  CHECK(OpenRequest(kKey, SealRequest(many, request)));
  many.known.insert(many.known.begin(), "one more");
  CHECK_FALSE(OpenRequest(kKey, SealRequest(many, request)));
}

TEST_CASE("another key, an old nonce, a message of the other kind and a changed byte are refused") {
  CHECK(OpenRequest({{"other"}}, Request()).error().code == Code::kPermissionDenied);
  CHECK(OpenReport({{"other"}}, "n1", Report()).error().code == Code::kPermissionDenied);
  CHECK(OpenReport(kKey, "n2", Report()).error().code == Code::kPermissionDenied);
  CHECK(OpenReport(kKey, "", Request()).error().code == Code::kPermissionDenied);
  for (std::size_t i = 0; i < Report().size(); ++i) {
    std::string changed = Report();
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(OpenReport(kKey, "n1", changed));
  }
}

TEST_CASE("what is no message") {
  for (const char* text : {"", "\n", "abc", "abc\n{}"}) {
    CHECK_FALSE(OpenRequest(kKey, text));
    CHECK_FALSE(OpenReport(kKey, "n1", text));
  }
}

TEST_CASE("a sender is foreign by its release, or by an installation when both know theirs") {
  const Identity own = Sender().identity;
  CHECK(WhyForeign(own, own) == std::nullopt);
  Identity other = own;
  other.installation.clear();
  CHECK(WhyForeign(own, other) == std::nullopt);
  CHECK(WhyForeign(other, own) == std::nullopt);
  other.installation = "0b";
  CHECK_THAT(WhyForeign(own, other).value(), ContainsSubstring("installation 0b"));
  other = own;
  other.release = "queue";
  CHECK_THAT(WhyForeign(own, other).value(), ContainsSubstring("ns/queue, not of ns/cache"));
  other = own;
  other.name_space = "prod";
  CHECK_THAT(WhyForeign(own, other).value(), ContainsSubstring("prod/cache"));
}

}  // namespace
}  // namespace bowline
