// Addresses from the volume are used while DNS does not answer, and never taken for its answer.

#include "plan/common/known_addresses.h"

#include <catch2/catch_test_macros.hpp>

#include "testing/plan/running_cluster.h"

namespace bowline {
namespace {

using std::chrono::milliseconds;
using testing::ServerName;

AddressBook Book(const char* ip, int members) {
  AddressBook book;
  for (int i = 0; i < members; ++i) {
    book[ServerName(i)] = {.ip = std::string(ip) + std::to_string(i), .port = 6379, .bus_port = 0};
  }
  return book;
}

TEST_CASE("all by DNS: it is not asked again") {
  KnownAddresses known(3);
  CHECK(known.MustAsk(milliseconds(0)));
  known.Answered(Book("10.0.0.", 3), milliseconds(10));
  CHECK(known.Complete());
  CHECK_FALSE(known.MustAsk(milliseconds(60'000)));
}

TEST_CASE("DNS is down: after 3 s what is saved, and DNS is asked again each 3 s") {
  KnownAddresses known(3);
  known.Answered({}, milliseconds(1500));
  CHECK_FALSE(known.MayUseSaved(milliseconds(2999)));
  CHECK(known.MustAsk(milliseconds(1650)));
  REQUIRE(known.MayUseSaved(milliseconds(3001)));
  known.Saved(Book("10.1.0.", 3));
  CHECK(known.Book().at(ServerName(0)).ip == "10.1.0.0");
  CHECK_FALSE(known.Complete());
  known.Answered({}, milliseconds(3100));
  CHECK_FALSE(known.MustAsk(milliseconds(6000)));
  CHECK(known.MustAsk(milliseconds(6100)));
  // The Services were made anew: what DNS tells now holds.
  known.Answered(Book("10.2.0.", 2), milliseconds(6200));
  CHECK(known.Book().at(ServerName(1)).ip == "10.2.0.1");
  CHECK(known.Book().at(ServerName(2)).ip == "10.1.0.2");
  known.Saved(Book("10.1.0.", 3));
  CHECK(known.Book().at(ServerName(1)).ip == "10.2.0.1");
  CHECK_FALSE(known.Complete());
  known.Answered(Book("10.2.0.", 3), milliseconds(9300));
  CHECK(known.Complete());
  CHECK(known.Book().at(ServerName(2)).ip == "10.2.0.2");
}

}  // namespace
}  // namespace bowline
