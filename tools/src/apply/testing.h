#pragma once
// For tests only: a set of real servers and real sentinels, and what a member knows of it.

#include <memory>
#include <string>
#include <vector>

#include "apply/handover.h"
#include "plan/sentinel_testing.h"
#include "resp/testing.h"

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

  [[nodiscard]] HandoverContext Context() const {
    return {.settings = settings,
            .addresses = addresses,
            .secrets = {},
            .identity = TestIdentity(),
            .self = kServer0,
            .self_ip = addresses.at(kServer0).ip};
  }
};

}  // namespace bowline::testing
