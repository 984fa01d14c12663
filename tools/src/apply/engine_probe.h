#pragma once
// Snapshots of one engine over one kept connection. Thread-safe: the monitor, the probes and the
// peers share it.

#include <mutex>
#include <optional>
#include <string>

#include "plan/card.h"
#include "resp/client.h"

namespace bowline {

class EngineProbe {
 public:
  EngineProbe(std::string ip, int port, Credentials credentials)
      : ip_(std::move(ip)), port_(port), credentials_(std::move(credentials)) {}

  /// What the engine answers now. Never fails: a failure is part of the snapshot.
  EngineSnapshot Take(Deadline deadline);

 private:
  EngineSnapshot TakeLocked(Deadline deadline);

  std::string ip_;
  int port_;
  Credentials credentials_;
  std::mutex mutex_;
  std::optional<RespClient> client_;
};

}  // namespace bowline
