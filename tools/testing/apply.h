#pragma once
// For tests only: a set of real servers and real sentinels, and what a member knows of it.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "apply/common/engine_probe.h"
#include "apply/common/handover.h"
#include "apply/driver.h"
#include "peer/channel.h"
#include "testing/plan/running_set.h"
#include "testing/resp.h"

namespace bowline::testing {

/// A sentinel that watches the primary at `primary`; it never takes it for dead.
class Sentinel {
 public:
  Sentinel(const std::string& program, MemberName self, const Endpoint& primary) {
    Spill(folder_ / "sentinel.conf",
          std::format("port {}\nbind {}\ndir {}\nlogfile log\nsentinel myid {}\n"
                      "sentinel monitor mymaster {} {} 2\n"
                      "sentinel down-after-milliseconds mymaster 600000\n",
                      port_, Engine::kIp, folder_.path().string(),
                      TestIdentity().NodeIdOf(self).str(), primary.ip, primary.port));
    process_ = std::make_unique<Program>(
        std::vector<std::string>{program, folder_ / "sentinel.conf", "--sentinel"});
    INFO(Slurp(folder_ / "log"));
    REQUIRE(Eventually(
        [&] { return RespClient::Connect(Engine::kIp, port_, {}, Soon()).has_value(); }));
  }
  /// It accepts connections from now on and answers nothing.
  void Freeze() const { process_->Signal(SIGSTOP); }
  /// It cannot save any more, or again.
  void LoseFolder() const { std::filesystem::rename(folder_.path(), Elsewhere()); }
  void FindFolder() const { std::filesystem::rename(Elsewhere(), folder_.path()); }
  [[nodiscard]] int port() const { return port_; }

 private:
  [[nodiscard]] std::filesystem::path Elsewhere() const {
    return folder_.path().string() + "-lost";
  }

  TempFolder folder_;
  int port_ = FreePort();
  std::unique_ptr<Program> process_;
};

/// What server-0 knows of a set in which nobody asks for a password. Every server has an address of
/// its own, by which sentinels tell servers apart; the ports are still to be set.
struct SetKnowledge {
  explicit SetKnowledge(const Layout& layout) : addresses(Addresses(layout, "127.1.")) {
    settings.layout = layout;
    settings.auth = settings.sentinel.auth = false;
    for (const MemberName sentinel : layout.Sentinels()) addresses[sentinel].ip = Engine::kIp;
  }

  Settings settings;
  AddressBook addresses;

  [[nodiscard]] HandoverContext Context() const { return Context(DriverOf(settings.layout)); }
  [[nodiscard]] HandoverContext Context(const ModeDriver& driver) const {
    return {.settings = settings,
            .driver = driver,
            .addresses = addresses,
            .secrets = {},
            .identity = TestIdentity(),
            .self = kServer0,
            .self_ip = addresses.at(kServer0).ip};
  }
};

/// Four servers, server-0 leads; three sentinels.
class RealSet {
 public:
  explicit RealSet(const std::string& program) {
    for (const MemberName member : know.settings.layout.MembersOf(0)) {
      Endpoint& address = know.addresses.at(member);
      std::vector<std::string> arguments{"--replica-announce-ip", address.ip};
      if (member != kServer0) {
        const Endpoint& primary = know.addresses.at(kServer0);
        arguments.insert(arguments.end(),
                         {"--replicaof", primary.ip, std::to_string(primary.port)});
      }
      const auto [server, _] = servers.try_emplace(member, program, arguments, address.ip);
      address.port = server->second.port();
    }
    know.settings.ports.client = know.addresses.at(kServer0).port;
    for (const MemberName member : know.settings.layout.Sentinels()) {
      const auto [sentinel, _] =
          sentinels.try_emplace(member, program, member, know.addresses.at(kServer0));
      know.addresses.at(member).port = sentinel->second.port();
    }
    REQUIRE(Eventually([&] { return KnowEachOther(); }));
  }

  SetKnowledge know{Layout::Sentinel(4, 3)};
  std::map<MemberName, Engine> servers;
  std::map<MemberName, Sentinel> sentinels;

 private:
  /// Every replica is in sync, and every sentinel hears what is told through it.
  bool KnowEachOther() {
    for (const auto& [member, server] : servers) {
      RespClient client = server.Connect();
      const auto info = client.Info(Soon());
      const auto listeners = client.Ask({"PUBSUB", "NUMSUB", "__sentinel__:hello"}, Soon());
      REQUIRE((info && listeners));
      if (member != kServer0 && !info->link_up) return false;
      if (listeners->items.at(1).integer != std::ssize(sentinels)) return false;
    }
    return true;
  }
};

/// What the programs of a set tell of its servers, at every server's address.
class ReportServers {
 public:
  explicit ReportServers(RealSet& set) : set_(set) {
    set.know.settings.ports.peers = FreePort();
    server_.On("POST", kReportPath, [this](const HttpRequest& http, Milliseconds) {
      const auto request = OpenRequest({{""}}, http.body);
      const auto member = request ? MemberName::Parse(request->to)
                                  : Result<MemberName>(Fail(Code::kInvalidArgument, "no request"));
      if (!member) return std::optional(HttpAnswer{.silence = true});
      const Report report = ReportOf(*member);
      const Settings& settings = set_.know.settings;
      const PeerSender from{.identity = {.installation = TestIdentity().installation,
                                         .name_space = settings.name_space,
                                         .release = settings.release},
                            .member = request->to,
                            .pod = settings.PodOf(*member)};
      return std::optional(HttpAnswer{
          .body = SealReport({{""}}, request->nonce, {.from = from, .body = PrintReport(report)})});
    });
    REQUIRE(server_.Start(set.know.settings.ports.peers));
  }

 private:
  [[nodiscard]] Report ReportOf(MemberName member) const {
    Report report = RunningReport(member);
    const Endpoint& address = set_.know.addresses.at(member);
    const Deadline deadline = Deadline::In(Milliseconds(100));  // one may be frozen
    if (member.HoldsData()) {
      report.engine = EngineProbe(address.ip, address.port, {}, false).Take(deadline).engine;
      return report;
    }
    auto sentinel = RespClient::Connect(address.ip, address.port, {}, deadline);
    const auto view = sentinel ? sentinel->SentinelMaster("mymaster", deadline)
                               : Result<SentinelSnapshot>(std::unexpected(sentinel.error()));
    report.sentinel = view.value_or(SentinelSnapshot{});
    report.sentinel->answers = view.has_value();
    report.sentinel->primary = MemberAt(set_.know.addresses, report.sentinel->primary_ip);
    return report;
  }

  RealSet& set_;
  HttpServer server_{PeerLimits()};
};

}  // namespace bowline::testing
