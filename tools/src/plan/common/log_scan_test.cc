#include "plan/common/log_scan.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <vector>

namespace bowline {
namespace {

std::string Command(const std::vector<std::string>& words) {
  std::string text = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string& word : words) {
    text += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  }
  return text;
}

const std::string kSet = Command({"SET", "key", std::string("a\r\n*1\0", 6)});

/// In pieces of this size; the outcome does not depend on it.
LogScan Scan(const std::string& text) {
  const std::size_t size = GENERATE(1U, 7U, 100'000U);
  LogScan scan;
  for (std::size_t i = 0; i < text.size(); i += size) {
    scan.Feed(std::string_view(text).substr(i, size));
  }
  CHECK(scan.bytes() == std::ssize(text));
  return scan;
}

TEST_CASE("a file that is whole") {
  const std::string text = "#TS:1800000000\r\n" + Command({"SELECT", "0"}) + kSet +
                           Command({"MULTI"}) + kSet + Command({"exec"}) + "#TS:1800000001\r\n";
  const LogScan scan = Scan(text);
  CHECK(scan.whole());
  CHECK_FALSE(scan.bad());
  CHECK(Scan("").whole());
}

TEST_CASE("cut anywhere, the last whole command ends what can be loaded") {
  const std::string whole = Command({"SELECT", "0"}) + kSet;
  const std::string text = whole + kSet;
  for (std::size_t size = whole.size(); size < text.size(); ++size) {
    LogScan scan;
    scan.Feed(std::string_view(text).substr(0, size));
    CHECK(scan.good() == std::ssize(whole));
    CHECK_FALSE(scan.bad());
    CHECK(scan.whole() == (size == whole.size()));
  }
}

TEST_CASE("a transaction without its end does not count") {
  const LogScan scan = Scan(kSet + Command({"multi"}) + kSet + kSet);
  CHECK(scan.good() == std::ssize(kSet));
  CHECK_FALSE(scan.whole());
  CHECK_FALSE(scan.bad());
}

TEST_CASE("zeros of a power cut, and other things that are no commands") {
  const LogScan zeros = Scan(kSet + std::string(100, '\0'));
  CHECK(zeros.bad());
  CHECK(zeros.good() == std::ssize(kSet));
  CHECK(zeros.without_zeros() == std::ssize(kSet));
  const LogScan inside = Scan(kSet + kSet.substr(0, kSet.size() - 4) + std::string(300, '\0'));
  CHECK(inside.good() == std::ssize(kSet));
  CHECK(inside.without_zeros() == 2 * std::ssize(kSet) - 4);
  // The zeros would do for the last argument and its line end.
  const LogScan filled = Scan(kSet + kSet.substr(0, kSet.size() - 8) + std::string(300, '\0'));
  CHECK(filled.good() == std::ssize(kSet));
  CHECK(filled.bad());
  for (const char* text : {"junk", "*0\r\n", "*x\r\n", "*1\r\n+OK\r\n", "*1\r\n$-1\r\n"}) {
    CAPTURE(text);
    const LogScan scan = Scan(kSet + text + kSet);
    CHECK(scan.bad());
    CHECK(scan.good() == std::ssize(kSet));
  }
}

}  // namespace
}  // namespace bowline
