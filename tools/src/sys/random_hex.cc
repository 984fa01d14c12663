#include "sys/random_hex.h"

#include <sys/random.h>

#include <cstdlib>
#include <format>

namespace bowline {

std::string RandomHex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  if (::getrandom(raw.data(), raw.size(), 0) != static_cast<ssize_t>(raw.size())) std::abort();
  std::string text;
  for (const char byte : raw) text += std::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

}  // namespace bowline
