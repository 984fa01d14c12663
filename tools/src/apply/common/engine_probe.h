#pragma once
// Snapshots of one engine over one kept connection. Thread-safe: the monitor, the probes and the
// peers share it.

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "apply/common/login_source.h"
#include "apply/common/member_probe.h"
#include "resp/client.h"

namespace bowline {

/// Replies as the engine gave them.
struct EngineTexts {
  std::string info;     ///< INFO
  std::string cluster;  ///< CLUSTER INFO; empty: not asked, or an error
};

class EngineProbe : public MemberProbe {
 public:
  EngineProbe(std::string ip, int port, LoginSource login, bool cluster)
      : ip_(std::move(ip)), port_(port), login_(std::move(login)), cluster_(cluster) {}

  Snapshots Take(Deadline deadline) override;
  /// Of the last look that was answered; empty: there was none. Does not wait for a look.
  [[nodiscard]] std::shared_ptr<const EngineTexts> Texts() const;

 private:
  Snapshots TakeLocked(Deadline deadline);
  /// Does the engine answer a command that it does not know? Clients that are paused wait for every
  /// other one, AUTH and CLIENT UNPAUSE too (docs/facts/silence.md).
  [[nodiscard]] bool LoopTurns() const;
  void AskRefusal(EngineSnapshot& snapshot, Deadline deadline);
  void AskCluster(EngineSnapshot& snapshot, EngineTexts& texts, Deadline deadline);

  std::string ip_;
  int port_;
  LoginSource login_;
  bool cluster_;  ///< it is asked for its cluster, too
  std::mutex mutex_;
  std::optional<RespClient> client_;
  mutable std::mutex texts_mutex_;
  std::shared_ptr<const EngineTexts> texts_ = std::make_shared<EngineTexts>();
};

}  // namespace bowline
