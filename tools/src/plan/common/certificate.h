#pragma once
// What is told of a certificate that ends soon. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/common/shard_view.h"

namespace bowline {

/// So long before its end a certificate is told. cert-manager renews 30 days before the end by the
/// chart's default, so that 21 days mean that the renewal has failed.
inline constexpr std::int64_t kCertificateWarning = std::int64_t{21} * 24 * 3600;

/// What to say of a certificate that ends at `ends` (Unix time in seconds); empty: nothing yet.
std::optional<std::string> TellCertificate(std::int64_t ends, std::int64_t now);

/// The same of all members, one line for those with the same certificate. Problems: it has ended.
struct CertificateWords {
  std::vector<std::string> problems;
  std::vector<std::string> warnings;
};
CertificateWords DescribeCertificates(const Reports& reports, std::int64_t now);

}  // namespace bowline
