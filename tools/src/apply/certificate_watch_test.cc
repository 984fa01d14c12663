// A real engine with TLS, and the files of its Secret.

#include "apply/common/certificate_watch.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <filesystem>

#include "apply/common/context.h"
#include "apply/common/engine_probe.h"
#include "apply/common/lanes.h"
#include "testing/resp.h"
#include "testing/tls.h"

namespace bowline {
namespace {

using testing::Engine;
using testing::Eventually;
using testing::FreePort;
using testing::Slurp;
using testing::Soon;
using testing::Spill;
using testing::TempFolder;
using testing::TestCa;

constexpr MemberName kSelf{.ordinal = 0, .kind = MemberKind::kServer};

/// server-0 with TLS among its members.
class Member {
 public:
  explicit Member(const char* program, const std::string& client_check = "no") {
    ca_.Issue(files_);
    port_ = FreePort();
    const std::vector<std::string> all = testing::TlsArguments(files_, port_);
    engine_.emplace(program, std::vector<std::string>(all.begin() + 2, all.end()));
    REQUIRE(engine_->Connect().ConfigSet("tls-auth-clients", client_check, Soon()));
    Settings settings;
    settings.layout = Layout::Standalone();
    settings.auth = false;
    settings.ports.client = port_;
    settings.tls = {.mode = TlsMode::kRequire,
                    .directory = files_.path().string(),
                    .client_check = client_check};
    auto secrets = LoadSecrets(settings);
    REQUIRE(secrets);
    live_settings_.emplace(settings, *std::move(secrets), Paths{});
    live_.emplace(lanes_.engine, Report{.member = kSelf}, settings.layout, probe_);
    watch_.emplace(lanes_.api, *live_settings_, *live_, events_, RenewAtServer(*live_settings_));
  }

  /// What a client verifies the engine by.
  [[nodiscard]] static Credentials Trusting(const TempFolder& folder) {
    auto tls = TlsContext::Load(folder.path(), {});
    REQUIRE(tls);
    Credentials credentials;
    credentials.tls = *std::move(tls);
    return credentials;
  }
  [[nodiscard]] bool IsTrusted(const Credentials& credentials) const {
    return RespClient::Connect(Engine::kIp, port_, credentials, Soon()).has_value();
  }
  void Mount(const TempFolder& from) {
    for (const char* name : {kTlsCa, kTlsCertificate, kTlsKey})
      Spill(files_ / name, Slurp(from / name));
    (void)live_settings_->Refresh();
  }
  [[nodiscard]] Report Told() { return live_->Last(); }
  [[nodiscard]] bool Asks() const {
    return ConnectToOwn(*live_settings_->Get(), live_settings_->Secrets(), Soon()).has_value();
  }
  [[nodiscard]] LiveSettings& live_settings() { return *live_settings_; }
  [[nodiscard]] const LiveSettings& live_settings() const { return *live_settings_; }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const TempFolder& files() const { return files_; }

 private:
  TestCa ca_;
  TempFolder files_;
  int port_ = 0;
  std::optional<Engine> engine_;
  std::optional<LiveSettings> live_settings_;
  Lanes lanes_;
  PodEnv pod_;
  EventSink events_{lanes_.api, pod_, false};
  EngineProbe probe_{Engine::kIp, 1, {}, false};
  std::optional<LiveState> live_;
  std::optional<CertificateWatch> watch_;
};

TEST_CASE("an engine gets the renewed certificate, and the program trusts the renewed CA") {
  Member member(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER));
  const Credentials former = Member::Trusting(member.files());
  CHECK(member.IsTrusted(former));
  CHECK(Eventually([&] { return member.Told().certificate_ends > UnixSeconds(); }));

  const TestCa other;
  const TempFolder renewed;
  other.Issue(renewed, 30);
  const Credentials next = Member::Trusting(renewed);
  CHECK_FALSE(member.IsTrusted(next));
  member.Mount(renewed);
  CHECK(Eventually([&] { return member.IsTrusted(next); }));
  CHECK(member.Asks());
  CHECK_FALSE(member.IsTrusted(former));
  CHECK(
      Eventually([&] { return member.Told().certificate_ends > UnixSeconds() + 20 * 24 * 3600; }));
}

TEST_CASE("an engine that asks for certificates by the former CA gets the renewed one") {
  Member member(GENERATE(BOWLINE_REDIS_SERVER, BOWLINE_VALKEY_SERVER), "yes");
  const TestCa other;
  const TempFolder renewed;
  other.Issue(renewed);
  const Credentials next = Member::Trusting(renewed);
  member.Mount(renewed);
  CHECK(Eventually([&] { return member.IsTrusted(next); }));
  CHECK(member.Asks());
}

TEST_CASE("an engine with TLS whose clients are paused is not taken for stuck") {
  const Member member(BOWLINE_VALKEY_SERVER);
  EngineProbe probe(Engine::kIp, member.port(),
                    LoginSource([&member] { return LoginOf(member.live_settings().Secrets()); }),
                    false);
  REQUIRE(probe.Take(Soon()).engine.answers);
  auto client =
      ConnectToOwn(*member.live_settings().Get(), member.live_settings().Secrets(), Soon());
  REQUIRE(client);
  REQUIRE(client->Ask({"CLIENT", "PAUSE", "5000", "ALL"}, Soon()));
  const Snapshots paused = probe.Take(Deadline::In(Milliseconds(300)));
  CHECK_FALSE(paused.engine.answers);
  CHECK(paused.loop_turns);
}

TEST_CASE("a key that does not belong to the certificate changes nothing, and is told") {
  Member member(BOWLINE_REDIS_SERVER);
  const Credentials former = Member::Trusting(member.files());
  const TestCa other;
  const TempFolder renewed;
  other.Issue(renewed);
  Spill(member.files() / kTlsKey, Slurp(renewed / kTlsKey));
  (void)member.live_settings().Refresh();
  CHECK(member.live_settings().CertificateError().contains("tls.key cannot be used"));
  REQUIRE(Deadline::In(Milliseconds(2500)).Sleep(Milliseconds(2000)));  // two looks
  CHECK(member.IsTrusted(former));
  CHECK(member.Asks());
}

}  // namespace
}  // namespace bowline
