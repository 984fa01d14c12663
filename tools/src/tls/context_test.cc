#include "tls/context.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>

#include "testing/tls.h"

namespace bowline {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::Slurp;
using testing::Spill;
using testing::TempFolder;
using testing::TestCa;

TEST_CASE("a certificate of a Secret is read with its end and its serial number") {
  const TestCa ca;
  const TempFolder folder;
  ca.Issue(folder, 30);
  const auto tls = TlsContext::Load(folder.path(), {});
  INFO((tls ? std::string() : tls.error().message));
  REQUIRE(tls);
  CHECK((*tls)->handle() != nullptr);
  CHECK((*tls)->serial().size() >= 16);
  const std::int64_t left = (*tls)->ends() - UnixSeconds();
  CHECK((left > 29 * 24 * 3600 && left <= 30 * 24 * 3600));
  CHECK((*tls)->digest() == *DigestOfTlsFiles(folder.path()));

  ca.Issue(folder);
  const auto renewed = TlsContext::Load(folder.path(), {});
  REQUIRE(renewed);
  CHECK((*renewed)->digest() != (*tls)->digest());
  CHECK((*renewed)->serial() != (*tls)->serial());
}

TEST_CASE("files that cannot be used are named, with the reason") {
  const TestCa ca;
  const TempFolder folder;
  ca.Issue(folder);
  SECTION("a key of another certificate") {
    const TempFolder other;
    ca.Issue(other);
    Spill(folder / kTlsKey, Slurp(other / kTlsKey));
    const auto tls = TlsContext::Load(folder.path(), {});
    REQUIRE_FALSE(tls);
    CHECK(tls.error().code == Code::kFailedPrecondition);
    CHECK_THAT(tls.error().message, ContainsSubstring("tls.key") && ContainsSubstring("mismatch"));
  }
  SECTION("no certificate") {
    Spill(folder / kTlsCertificate, "nonsense\n");
    const auto tls = TlsContext::Load(folder.path(), {});
    REQUIRE_FALSE(tls);
    CHECK(tls.error().code == Code::kFailedPrecondition);
    CHECK_THAT(tls.error().message, ContainsSubstring("tls.crt cannot be used: "));
  }
  SECTION("no CA") {
    Spill(folder / kTlsCa, "");
    const auto tls = TlsContext::Load(folder.path(), {});
    REQUIRE_FALSE(tls);
    CHECK(tls.error().code == Code::kFailedPrecondition);
    CHECK_THAT(tls.error().message, ContainsSubstring("ca.crt cannot be used: "));
  }
  SECTION("a certificate of another CA") {
    const TempFolder other;
    TestCa().Issue(other);
    Spill(folder / kTlsCa, Slurp(other / kTlsCa));
    const auto tls = TlsContext::Load(folder.path(), {});
    REQUIRE_FALSE(tls);
    CHECK(tls.error().code == Code::kFailedPrecondition);
    CHECK_THAT(tls.error().message,
               ContainsSubstring("tls.crt is not accepted as that of a server: "));
  }
  SECTION("a certificate that has ended, unless there is no other one") {
    ca.IssueEnded(folder);
    const auto tls = TlsContext::Load(folder.path(), {});
    REQUIRE_FALSE(tls);
    CHECK_THAT(tls.error().message, ContainsSubstring("certificate has expired"));
    CHECK(TlsContext::Load(folder.path(), {.client = true, .at_any_time = true}));
  }
  SECTION("a file that is missing") {
    std::filesystem::remove(folder / kTlsKey);
    const auto tls = TlsContext::Load(folder.path(), {});
    REQUIRE_FALSE(tls);
    CHECK(tls.error().code == Code::kNotFound);
    CHECK_THAT(tls.error().message, ContainsSubstring("tls.key"));
  }
}

}  // namespace
}  // namespace bowline
