#include "plan/common/certificate.h"

#include <chrono>
#include <format>
#include <map>

#include "base/parse.h"

namespace bowline {

std::optional<std::string> TellCertificate(std::int64_t ends, std::int64_t now) {
  const std::int64_t left = ends - now;
  if (left > kCertificateWarning) return std::nullopt;
  const std::string end =
      std::format("{:%Y-%m-%d %H:%M} UTC", std::chrono::sys_seconds(std::chrono::seconds(ends)));
  const std::string remedy =
      "renew tls.crt and tls.key in the Secret; the members follow by themselves";
  if (left <= 0) {
    return std::format(
        "the certificate has ended on {}: clients and members that verify it are "
        "refused. Now {}",
        end, remedy);
  }
  return std::format("the certificate ends on {}, in {} d: {}", end, left / (24 * 3600), remedy);
}

CertificateWords DescribeCertificates(const Reports& reports, std::int64_t now) {
  std::map<std::int64_t, std::vector<MemberName>> members;
  for (const auto& [member, report] : reports) {
    if (report.certificate_ends != 0) members[report.certificate_ends].push_back(member);
  }
  CertificateWords words;
  for (const auto& [ends, of] : members) {
    const auto text = TellCertificate(ends, now);
    if (!text) continue;
    (ends <= now ? words.problems : words.warnings)
        .push_back(std::format("{}: {}", Join(of), *text));
  }
  return words;
}

}  // namespace bowline
