// CPU time of one look of the guard and of one step of a handover, by the number of members:
// apply_test "[!benchmark]" in a release build (ci/bench looks). The members are
// reports behind one listener; what it takes to answer is on the listener's thread, and not
// counted.

#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <ctime>

#include "apply/common/handover_parts.h"
#include "apply/driver.h"
#include "plan/common/sync_proof.h"
#include "testing/plan/running_cluster.h"
#include "testing/sys.h"

namespace bowline {
namespace {

using testing::k00;
using testing::RunningCluster;

constexpr int kLooks = 15;

double CpuMilliseconds() {
  timespec now{};
  REQUIRE(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

void AllowManySockets() {
  rlimit files{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &files) == 0);
  files.rlim_cur = files.rlim_max;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &files) == 0);
}

/// All members of a cluster; an `old` one knows nothing of digests.
class Members {
 public:
  explicit Members(int members)
      : cluster({.shards = members / 2, .replicas_per_shard = 1}),
        settings(Named(cluster.layout)),
        addresses(testing::Addresses(cluster.layout, "127.72.")) {
    for (auto& [member, report] : cluster.reports) {
      report.pod = settings.PodOf(member);
      told_[member.ToString()] = {.pod = report.pod,
                                  .whole = PrintReport(report),
                                  .small = PrintReport(report, ViewForm::kDigest)};
    }
    server_.On("POST", kReportPath,
               [this](const HttpRequest& request, Milliseconds) { return Answer(request); });
    REQUIRE(server_.Start(settings.ports.peers));
  }

  [[nodiscard]] PeerChannel Channel() const {
    return {.keys = {{"k"}},
            .self = Sender(k00.ToString(), settings.PodOf(k00)),
            .rejected = [](const std::string& why) { FAIL(why); },
            .views = nullptr};
  }

  RunningCluster cluster;
  Settings settings;
  AddressBook addresses;
  bool old = false;

 private:
  struct Told {
    std::string pod;
    std::string whole;
    std::string small;
  };

  static Settings Named(const Layout& layout) {
    Settings settings;
    settings.layout = layout;
    settings.name_space = testing::TestIdentity().name_space;
    settings.release = testing::TestIdentity().release;
    settings.ports.peers = testing::FreePort();
    return settings;
  }
  static PeerSender Sender(const std::string& member, const std::string& pod) {
    return {.identity = testing::TestIdentity(), .member = member, .pod = pod};
  }
  std::optional<HttpAnswer> Answer(const HttpRequest& http) {
    const auto request = OpenRequest({{"k"}}, http.body);
    if (!request) return HttpAnswer{.status = 400};
    const Told& told = told_.at(request->to);
    const std::string& body = request->digest && !old ? told.small : told.whole;
    return HttpAnswer{.body = SealReport({{"k"}}, request->nonce,
                                         {.from = Sender(request->to, told.pod), .body = body})};
  }

  std::map<std::string, Told> told_;
  HttpServer server_{{.connections = 4096, .body = 4096}};
};

/// Prints the median, as a line of its own among the reporter's.
template <typename Run>
void Measure(const Members& members, const char* what, const char* form, Run run) {
  std::vector<double> spent;
  for (int i = 0; i < kLooks; ++i) {
    const double began = CpuMilliseconds();
    run();
    spent.push_back(CpuMilliseconds() - began);
  }
  std::ranges::sort(spent);
  std::printf("CPU ms\t%zu\t%s\t%s\t%.3f\n", members.cluster.reports.size(), what, form,
              spent[spent.size() / 2]);
  std::fflush(stdout);
}

void LookAsGuard(const Members& members, const PeerChannel& channel, StartInput& input) {
  input.peers = GatherReports(channel, members.settings, members.addresses, &k00,
                              Deadline::In(Milliseconds(20'000)));
  REQUIRE(input.peers.size() + 1 == members.cluster.reports.size());
  const StartPlan plan = PlanStart(input, DriverOf(input.layout).rules());
  REQUIRE(plan.action == StartAction::kHandOver);
}

/// As HandOverPlanned and WaitForMajority of apply/common do it.
void StepOfHandover(const Members& members, const PeerChannel& channel) {
  const Deadline deadline = Deadline::In(Milliseconds(20'000));
  const Reports reports =
      GatherReports(channel, members.settings, members.addresses, nullptr, deadline);
  REQUIRE(reports.size() == members.cluster.reports.size());
  const Layout& layout = members.settings.layout;
  const ModeRules& rules = DriverOf(layout).rules();
  const HandoverStep step =
      PlanHandoverStep({.layout = layout,
                        .identity = testing::TestIdentity(),
                        .self = k00,
                        .reports = reports,
                        .node_timeout = Milliseconds(members.settings.node_timeout_milliseconds),
                        .to = std::nullopt},
                       rules);
  REQUIRE(step.secure);
  REQUIRE(rules.Confirmed(layout, testing::TestIdentity(), reports, k00));
}

void MeasureForm(Members& members, const char* form, bool old, bool known) {
  members.old = old;
  PeerChannel channel = members.Channel();
  if (known) channel.views = std::make_shared<KnownViews>();
  StartInput input = members.cluster.Ask(k00, members.cluster.Volume(k00, VolumeKind::kData));
  Measure(members, "one look of the guard", form, [&] { LookAsGuard(members, channel, input); });
  Measure(members, "one step of a handover", form, [&] { StepOfHandover(members, channel); });
}

TEST_CASE("looks at many members", "[!benchmark]") {
  AllowManySockets();
  for (const int count : {100, 300, 1000}) {
    Members members(count);
    MeasureForm(members, "whole views", true, false);
    MeasureForm(members, "digests, the view unknown", false, false);
    MeasureForm(members, "digests, the view known", false, true);
  }
}

}  // namespace
}  // namespace bowline
