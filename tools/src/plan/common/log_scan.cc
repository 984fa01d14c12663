#include "plan/common/log_scan.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/parse.h"

namespace bowline {
namespace {

constexpr std::size_t kLongestLine = 1024;  // annotations may be longer: their rest is dropped
constexpr std::size_t kLongestName = 8;     // of the commands that matter
constexpr std::int64_t kMost = std::int64_t{1} << 40;

}  // namespace

void LogScan::Feed(std::string_view piece) {
  const std::size_t last = piece.find_last_not_of('\0');
  if (last != std::string_view::npos) last_other_ = bytes_ + static_cast<std::int64_t>(last) + 1;
  while (!piece.empty()) {
    if (state_ == State::kBad) {
      bytes_ += static_cast<std::int64_t>(piece.size());
      return;
    }
    if (state_ == State::kText) {
      Skip(piece);
      continue;
    }
    const char c = piece.front();
    piece.remove_prefix(1);
    ++bytes_;
    if (line_.empty() && c != (state_ == State::kLength ? '$' : '*') &&
        (state_ == State::kLength || c != '#')) {
      state_ = State::kBad;
    } else if (c == '\n') {
      EndLine();
    } else if (line_.size() < kLongestLine) {
      line_ += c;
    }
  }
}

void LogScan::EndLine() {
  const std::string line = std::exchange(line_, {});
  if (line.front() == '#') {
    if (!transaction_) good_ = bytes_;
    return;
  }
  std::string_view number = std::string_view(line).substr(1);
  if (number.ends_with('\r')) number.remove_suffix(1);
  const bool count = state_ == State::kCommand;
  const auto value = ParseInt(number, count ? 1 : 0, kMost);
  if (!value) {
    state_ = State::kBad;
  } else if (count) {
    arguments_ = *value;
    name_.clear();
    named_ = false;
    state_ = State::kLength;
  } else {
    text_ = *value + 2;
    state_ = State::kText;
  }
}

void LogScan::Skip(std::string_view& piece) {
  const auto size = std::min(static_cast<std::size_t>(text_), piece.size());
  for (std::size_t i = 0; !named_ && i < size && name_.size() < kLongestName; ++i) {
    name_ += static_cast<char>(std::tolower(static_cast<unsigned char>(piece[i])));
  }
  end_ += piece.substr(size - std::min<std::size_t>(size, 2), std::min<std::size_t>(size, 2));
  if (end_.size() > 2) end_.erase(0, end_.size() - 2);
  piece.remove_prefix(size);
  bytes_ += static_cast<std::int64_t>(size);
  text_ -= static_cast<std::int64_t>(size);
  if (text_ == 0) EndText();
}

void LogScan::EndText() {
  // An engine takes any two bytes for the line end, and so an argument of zeros for one.
  if (std::exchange(end_, {}) != "\r\n") {
    state_ = State::kBad;
    return;
  }
  named_ = true;
  state_ = State::kLength;
  if (--arguments_ > 0) return;
  state_ = State::kCommand;
  if (name_ == "multi\r\n") transaction_ = true;
  if (name_ == "exec\r\n") transaction_ = false;
  if (!transaction_) good_ = bytes_;
}

}  // namespace bowline
