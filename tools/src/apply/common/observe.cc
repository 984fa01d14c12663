#include "apply/common/observe.h"

#include <algorithm>
#include <iterator>

#include "plan/common/release_topology.h"

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
  seen.topology = DescribeRelease(settings, seen.addresses, seen.reports, rules, UnixSeconds());
  std::ranges::copy(seen.address_failures, std::back_inserter(seen.topology.problems));
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
