#pragma once
// Snapshots of one sentinel over one kept connection. Thread-safe.

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "apply/member_probe.h"
#include "model/layout.h"
#include "resp/client.h"

namespace bowline {

class SentinelProbe : public MemberProbe {
 public:
  SentinelProbe(int port, Credentials credentials, std::string master_name)
      : port_(port), credentials_(std::move(credentials)), master_name_(std::move(master_name)) {}

  Snapshots Take(Deadline deadline) override;
  /// What the addresses mean that the sentinel was started with.
  void SetAddresses(AddressBook addresses);

 private:
  Result<SentinelSnapshot> Ask(Deadline deadline);

  int port_;
  Credentials credentials_;
  std::string master_name_;
  std::mutex mutex_;
  AddressBook addresses_;
  std::optional<RespClient> client_;
};

}  // namespace bowline
