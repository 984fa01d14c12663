#pragma once
// Reads an append-only file as an engine does: command after command, transactions as a whole.

#include <cstdint>
#include <string>
#include <string_view>

namespace bowline {

/// Feed the whole file, in pieces of any size. Values are not looked at, only the framing.
class LogScan {
 public:
  void Feed(std::string_view piece);

  /// Bytes from the beginning that an engine can load: up to the end of the last complete command
  /// outside a transaction.
  [[nodiscard]] std::int64_t good() const { return good_; }
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }
  /// Something that is no command stands after good(): more than a missing end.
  [[nodiscard]] bool bad() const { return state_ == State::kBad; }
  /// All of it can be loaded.
  [[nodiscard]] bool whole() const { return good_ == bytes_; }
  /// Bytes up to the last one that is not zero. Zeros at the end are room that a power cut left
  /// without its content.
  [[nodiscard]] std::int64_t without_zeros() const { return last_other_; }

 private:
  enum class State { kCommand, kLength, kText, kBad };
  void EndLine();
  void EndText();
  void Skip(std::string_view& piece);

  State state_ = State::kCommand;
  std::string line_;            ///< of the present line, without its end
  std::string name_;            ///< of the command: its beginning, in lower case
  std::int64_t arguments_ = 0;  ///< still to come of this command
  std::int64_t text_ = 0;       ///< still to come of this argument, with its line end
  std::string end_;             ///< the last two bytes of this argument, as far as they have come
  bool named_ = false;
  bool transaction_ = false;
  std::int64_t good_ = 0;
  std::int64_t bytes_ = 0;
  std::int64_t last_other_ = 0;  ///< where the last byte that is not zero ends
};

}  // namespace bowline
