#pragma once
// Where the members are, as a start knows it: by DNS, and as long as that does not answer, by what
// the volume has saved. What is saved may be old, so DNS is asked again until it has told all.

#include <chrono>

#include "base/timing.h"
#include "model/layout.h"

namespace bowline {

class KnownAddresses {
 public:
  explicit KnownAddresses(std::size_t members) : members_(members) {}

  /// `waited`: since the start began.
  [[nodiscard]] bool MustAsk(std::chrono::milliseconds waited) const;
  /// What DNS has answered at `waited`; it wins over what is saved, now and later.
  void Answered(const AddressBook& by_dns, std::chrono::milliseconds waited);
  [[nodiscard]] bool Complete() const { return answered_.size() == members_; }
  /// May what is saved be used?
  [[nodiscard]] bool MayUseSaved(std::chrono::milliseconds waited) const {
    return !Complete() && waited > kDnsPatience;
  }
  void Saved(AddressBook saved);

  [[nodiscard]] const AddressBook& Book() const { return book_; }

 private:
  std::size_t members_;
  AddressBook answered_;
  AddressBook book_;
  bool saved_ = false;
  std::chrono::milliseconds asked_{0};
};

}  // namespace bowline
