#include "plan/common/certificate.h"

#include <catch2/catch_test_macros.hpp>

namespace bowline {
namespace {

constexpr std::int64_t kDay = 24 * 3600;
constexpr std::int64_t kEnd = 1'796'083'200;  // 2026-12-01 00:00 UTC

TEST_CASE("a certificate is told from 21 days before its end on") {
  CHECK_FALSE(TellCertificate(kEnd, kEnd - 22 * kDay));
  CHECK(TellCertificate(kEnd, kEnd - 20 * kDay - 1) ==
        "the certificate ends on 2026-12-01 00:00 UTC, in 20 d: renew tls.crt and tls.key in the "
        "Secret; the members follow by themselves");
  CHECK(TellCertificate(kEnd, kEnd)->starts_with("the certificate has ended on 2026-12-01 00:00"));
}

TEST_CASE("one line for all members with the same certificate, and none for those without") {
  Reports reports;
  for (const int ordinal : {0, 1, 2, 3}) {
    const MemberName member{.ordinal = ordinal, .kind = MemberKind::kServer};
    reports[member].member = member;
    reports[member].certificate_ends = ordinal < 2 ? kEnd : 0;
  }
  reports.at({.ordinal = 3, .kind = MemberKind::kServer}).certificate_ends = kEnd - 10 * kDay;
  CertificateWords words = DescribeCertificates(reports, kEnd - 5 * kDay);
  REQUIRE(words.warnings.size() == 1);
  CHECK(words.warnings[0].starts_with("server-0, server-1: the certificate ends on "));
  REQUIRE(words.problems.size() == 1);
  CHECK(words.problems[0].starts_with("server-3: the certificate has ended on "));
  words = DescribeCertificates(reports, kEnd - 90 * kDay);
  CHECK((words.warnings.empty() && words.problems.empty()));
}

}  // namespace
}  // namespace bowline
