#pragma once
// Snapshots of one sentinel over one kept connection. Thread-safe.

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "apply/common/login_source.h"
#include "apply/common/member_probe.h"
#include "model/layout.h"
#include "resp/client.h"

namespace bowline {

class SentinelProbe : public MemberProbe {
 public:
  /// `proof_period`: how often its saving is proved.
  SentinelProbe(int port, LoginSource login, std::string master_name,
                Milliseconds proof_period = Milliseconds(10'000))
      : port_(port),
        login_(std::move(login)),
        master_name_(std::move(master_name)),
        proof_period_(proof_period) {}

  Snapshots Take(Deadline deadline) override;
  /// What the addresses mean that the sentinel was started with.
  void SetAddresses(AddressBook addresses);
  /// The present addresses of members whose Services were made anew since then. The sentinel may
  /// name a member by either address.
  void SetMoved(AddressBook moved);

 private:
  Result<SentinelSnapshot> Ask(Deadline deadline);
  /// Saving is proved by saving: a volume that is full or lost shows before a vote needs it.
  Status ProveSaved(Deadline deadline);

  int port_;
  LoginSource login_;
  std::string master_name_;
  Milliseconds proof_period_;
  std::mutex mutex_;
  AddressBook addresses_;
  AddressBook moved_;
  std::optional<RespClient> client_;
  std::string unsaved_;  ///< of the last proof
  std::chrono::steady_clock::time_point proved_;
};

}  // namespace bowline
