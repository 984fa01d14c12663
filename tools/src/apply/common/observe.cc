#include "apply/common/observe.h"

#include <algorithm>
#include <iterator>

#include "plan/common/certificate.h"
#include "plan/common/configured.h"

namespace bowline {
namespace {

constexpr Milliseconds kDnsTimeout{2000};
constexpr Milliseconds kReportsTimeout{1500};

}  // namespace

Observation Observe(const Settings& settings, const ModeRules& rules, const EngineSecrets& secrets,
                    Deadline deadline) {
  Observation seen;
  AddressAnswers answers = ResolveMembers(settings, deadline.Within(kDnsTimeout));
  seen.addresses = std::move(answers.book);
  seen.address_failures = std::move(answers.failures);
  seen.reports = GatherReports(PeerChannelOf(settings, secrets, ""), settings, seen.addresses,
                               nullptr, deadline.Within(kReportsTimeout));
  const Identity names{
      .installation = "", .name_space = settings.name_space, .release = settings.release};
  seen.topology = Describe(settings.layout, names, seen.addresses, seen.reports, rules);
  for (const std::string& failure : seen.address_failures) {
    seen.topology.problems.push_back(failure);
  }
  Identity identity = names;
  identity.installation = seen.topology.installation;
  for (std::string& problem : rules.Problems(settings, identity, seen.reports)) {
    seen.topology.problems.push_back(std::move(problem));
  }
  ConfigurationWords words = DescribeConfiguration(settings.revision, settings.name_space,
                                                   !settings.record.empty(), seen.reports);
  std::ranges::move(words.problems, std::back_inserter(seen.topology.problems));
  std::ranges::move(words.warnings, std::back_inserter(seen.topology.warnings));
  CertificateWords certificates = DescribeCertificates(seen.reports, UnixSeconds());
  std::ranges::move(certificates.problems, std::back_inserter(seen.topology.problems));
  std::ranges::move(certificates.warnings, std::back_inserter(seen.topology.warnings));
  return seen;
}

Result<Identity> IdentityOf(const Settings& settings, const Reports& reports) {
  Identity identity{
      .installation = "", .name_space = settings.name_space, .release = settings.release};
  for (const auto& [member, report] : reports) {
    if (report.installation.empty()) continue;
    if (!identity.installation.empty() && identity.installation != report.installation) {
      return Fail(Code::kFailedPrecondition, "{} belongs to installation {}, others to {}",
                  member.ToString(), report.installation, identity.installation);
    }
    identity.installation = report.installation;
  }
  if (identity.installation.empty()) {
    return Fail(Code::kFailedPrecondition, "no member that answers knows its installation");
  }
  return identity;
}

Result<Identity> OwnIdentity(const Settings& settings, const EngineSecrets& secrets,
                             MemberName self, Deadline deadline) {
  const Reports own = GatherReportsOf(PeerChannelOf(settings, secrets, ""), settings,
                                      {{self, {.ip = "127.0.0.1"}}}, {self}, deadline);
  return IdentityOf(settings, own);
}

}  // namespace bowline
