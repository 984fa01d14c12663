#include <CLI/CLI.hpp>
#include <memory>

#include "cmd/verbs.h"
#include "kube/api.h"
#include "sys/env.h"
#include "sys/log.h"
#include "sys/resolve.h"

namespace bowline {
namespace {

constexpr Milliseconds kTimeout{20'000};
constexpr Milliseconds kBetween{500};
constexpr std::size_t kPasswordBytes = 24;
constexpr std::size_t kPeerKeyBytes = 32;

struct AuthFlags {
  std::string secret;
  std::string name_space = EnvOr("POD_NAMESPACE", "");
};

Status CreateOnce(const KubeApi& api, const AuthFlags& flags, Deadline deadline) {
  const auto present = api.GetSecret(flags.name_space, flags.secret, deadline);
  if (present) {
    if (!present->contains("password")) {
      return Fail(Code::kFailedPrecondition, "Secret {}/{} has no key password: add it",
                  flags.name_space, flags.secret);
    }
    LogInfo("the Secret exists: kept", {{"secret", flags.secret}});
    return {};
  }
  if (present.error().code != Code::kNotFound) return std::unexpected(present.error());
  const Status created = api.CreateSecret(flags.name_space, flags.secret,
                                          {{"password", RandomHex(kPasswordBytes)},
                                           {"replication-password", RandomHex(kPasswordBytes)},
                                           {"peer-key", RandomHex(kPeerKeyBytes)}},
                                          {{"app.kubernetes.io/managed-by", "bowline"}}, deadline);
  if (!created && created.error().code != Code::kAlreadyExists) return created;
  LogInfo("the Secret is there", {{"secret", flags.secret}});
  return {};
}

}  // namespace

VerbAction DeclareAuthCreate(CLI::App& app) {
  const auto flags = std::make_shared<AuthFlags>();
  app.add_option("--secret", flags->secret, "name of the Secret")->required();
  app.add_option("--namespace", flags->name_space, "its namespace");
  return [flags](const CommonFlags&) -> Result<ExitCode> {
    ASSIGN_OR_RETURN(const KubeApi api, KubeApi::InCluster());
    const Deadline deadline = Deadline::In(kTimeout);
    while (true) {
      const Status created = CreateOnce(api, *flags, deadline);
      if (created) return ExitCode::kOk;
      const Code code = created.error().code;
      const bool passing = code == Code::kUnavailable || code == Code::kDeadlineExceeded;
      if (!passing || !deadline.Sleep(kBetween)) return std::unexpected(created.error());
      LogWarning("trying again", {{"err", created.error().ToString()}});
    }
  };
}

}  // namespace bowline
