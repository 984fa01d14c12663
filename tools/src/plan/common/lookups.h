#pragma once
// Which member Services' addresses are looked up when. A Service keeps its address while it lives,
// so a quiet member asks for its own alone: all members asking for all would be a load on DNS that
// grows with the square of their number. Pure.

#include <chrono>
#include <map>
#include <vector>

#include "base/timing.h"
#include "model/identity.h"
#include "model/layout.h"

namespace bowline {

class Lookups {
 public:
  using Time = std::chrono::milliseconds;

  /// All addresses were looked up at the start, at `now` of any one steady clock.
  Lookups(MemberName self, Time now) : self_(self) { asked_[self] = now; }

  /// Whom to look up now; these count as asked. `trouble`: members that cannot be reached; while
  /// there are some, the own Service is looked up as often as theirs, since what others have lost
  /// may be us.
  std::vector<MemberName> Due(Time now, const std::vector<MemberName>& trouble);
  /// What DNS has said to `due`. As long as it has nothing on the own Service, that one is looked
  /// up as often as in trouble: nobody else can tell that it was made anew.
  void Answered(const std::vector<MemberName>& due, const AddressBook& book);

 private:
  bool Asks(MemberName member, Time now, Time every);

  MemberName self_;
  bool unanswered_ = false;  ///< the last look-up of the own Service
  std::map<MemberName, Time> asked_;
};

}  // namespace bowline
