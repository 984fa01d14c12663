#pragma once
// A look at the process that a member runs, whichever it is.

#include "plan/common/report.h"
#include "sys/deadline.h"

namespace bowline {

class MemberProbe {
 public:
  MemberProbe() = default;
  virtual ~MemberProbe() = default;
  MemberProbe(const MemberProbe&) = delete;
  MemberProbe& operator=(const MemberProbe&) = delete;

  /// What the process answers now, for the report. Never fails: a failure is part of the answer.
  /// Thread-safe.
  virtual Snapshots Take(Deadline deadline) = 0;
};

}  // namespace bowline
