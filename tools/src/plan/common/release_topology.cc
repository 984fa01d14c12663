#include "plan/common/release_topology.h"

#include <algorithm>
#include <iterator>

#include "plan/common/certificate.h"
#include "plan/common/configured.h"
#include "plan/common/mode_rules.h"

namespace bowline {
namespace {

void Append(std::vector<std::string>& to, std::vector<std::string> from) {
  std::ranges::move(from, std::back_inserter(to));
}

}  // namespace

Topology DescribeRelease(const Settings& settings, const AddressBook& addresses,
                         const Reports& reports, const ModeRules& rules, std::int64_t now) {
  Identity identity{
      .installation = "", .name_space = settings.name_space, .release = settings.release};
  Topology topology = Describe(settings.layout, identity, addresses, reports, rules);
  identity.installation = topology.installation;
  Append(topology.problems, rules.Problems(settings, identity, reports));
  ConfigurationWords words = DescribeConfiguration(settings.revision, settings.name_space,
                                                   !settings.record.empty(), reports);
  Append(topology.problems, std::move(words.problems));
  Append(topology.warnings, std::move(words.warnings));
  CertificateWords certificates = DescribeCertificates(reports, now);
  Append(topology.problems, std::move(certificates.problems));
  Append(topology.warnings, std::move(certificates.warnings));
  return topology;
}

}  // namespace bowline
