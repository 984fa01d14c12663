#pragma once
// When a member writes the state of the release onto the record, and what
// (docs/decisions/0047-state-of-a-release.md). Pure: the caller gives the times.

#include <chrono>
#include <optional>
#include <string>

#include "plan/common/release_state.h"

namespace bowline {

class StateTeller {
 public:
  using Time = std::chrono::milliseconds;

  /// Seen for so long before it is written: a planned handover is over by then.
  static constexpr Time kSettles{5000};
  /// Between two writes of one member: of another state, and of another reason alone.
  static constexpr Time kBetween{10'000};
  static constexpr Time kBetweenReasons{30'000};
  /// A state that has not changed is said again so often.
  static constexpr Time kSaidAgain{120'000};
  /// Without a majority: for so long nobody else must have written, when the last writer is heard,
  /// and when it may be well elsewhere.
  static constexpr Time kQuiet{60'000};
  static constexpr Time kStale{300'000};

  explicit StateTeller(MemberName self) : self_(self) {}

  /// At each read of the record, also while another member writes. `now`: by any one steady clock.
  void Read(Time now, const RecordedState& recorded);
  /// This member is the one that writes (WritesState). What to write now, over what was read;
  /// nothing: all is said, or it is too early. `time`: RFC 3339 in UTC with whole seconds.
  std::optional<RecordedState> Look(Time now, const ReleaseLook& look, const std::string& time);
  /// The record has it.
  void Written(const RecordedState& state);
  /// Another member writes.
  void Rest();
  /// Does the record say what was seen last?
  [[nodiscard]] bool Said() const;

 private:
  /// For how long nobody else must have written.
  [[nodiscard]] Time QuietFor(const ReleaseLook& look) const;

  MemberName self_;
  std::optional<RecordedState> recorded_;  ///< as last read, or written here
  Time changed_{0};                        ///< when somebody else was last seen to have written
  std::optional<RecordedState> mine_;      ///< written here since this member is the one
  std::optional<ReleaseLook> seen_;
  Time seen_since_{0};  ///< its state
  std::optional<Time> tried_;
};

}  // namespace bowline
