#pragma once
// Which acknowledged writes may be lost: those of docs/failure-modes.md, and no other ones.

#include <string>
#include <vector>

#include "simulator/models/clients.h"

namespace bowline::simulator {

class LossRules {
 public:
  /// What was acknowledged in this time may be lost, by whomever.
  void AllowAny(Micros from, Micros to) { spans_.push_back({kAnybody, from, to}); }
  /// What was acknowledged by this machine.
  void Allow(Machine by, Micros from, Micros to) { spans_.push_back({by, from, to}); }
  /// Somebody has led although his dataset was known to miss writes, and has said so.
  void AllowAll() { all_ = true; }
  [[nodiscard]] bool Allowed(const Acknowledgement& write) const {
    if (all_) return true;
    for (const Span& span : spans_) {
      const bool by = span.by == kAnybody || write.by == span.by;
      if (by && write.when >= span.from && write.when <= span.to) return true;
    }
    return false;
  }

 private:
  static constexpr Machine kAnybody = -1;
  struct Span {
    Machine by = 0;
    Micros from = 0;
    Micros to = 0;
  };
  std::vector<Span> spans_;
  bool all_ = false;
};

}  // namespace bowline::simulator
