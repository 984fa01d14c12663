#include "sys/deadline.h"

#include <format>
#include <thread>

namespace bowline {

bool Deadline::Sleep(Milliseconds span) const {
  std::this_thread::sleep_for(std::min(span, Left()));
  return !Passed();
}

Milliseconds Since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start);
}

std::int64_t UnixSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string Rfc3339Now() {
  const auto now = std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
  return std::format("{:%FT%TZ}", now);
}

std::string Rfc3339Seconds() { return Rfc3339In(std::chrono::seconds(0)); }

std::string Rfc3339In(std::chrono::seconds span) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return std::format("{:%FT%TZ}", now + span);
}

}  // namespace bowline
