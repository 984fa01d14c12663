#include "sys/diag_messages.h"

#include <linux/netlink.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>

namespace bowline {
namespace {

/// A message of the kernel's that tells an error.
std::string ErrorMessage(int error) {
  struct {
    nlmsghdr header{};
    nlmsgerr body{};
  } message;
  message.header.nlmsg_len = sizeof message;
  message.header.nlmsg_type = NLMSG_ERROR;
  message.body.error = error;
  std::string bytes(sizeof message, '\0');
  std::memcpy(bytes.data(), &message, sizeof message);
  return bytes;
}

TEST_CASE("an error of the kernel's is one, a connection that is not there is none") {
  std::vector<TcpLink> links;
  CHECK(ReadDiagMessages(ErrorMessage(-ENOENT), links) == false);
  const auto denied = ReadDiagMessages(ErrorMessage(-EPERM), links);
  REQUIRE_FALSE(denied);
  CHECK(denied.error().message.contains(std::strerror(EPERM)));
  // Found by the fuzzer: it has no negative counterpart.
  CHECK_FALSE(ReadDiagMessages(ErrorMessage(std::numeric_limits<int>::min()), links));
  CHECK(links.empty());
}

TEST_CASE("every cut of a message is survived") {
  const std::string whole = ErrorMessage(-EPERM);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::vector<TcpLink> links;
    (void)ReadDiagMessages(std::string_view(whole).substr(0, size), links);
    CHECK(links.empty());
  }
}

}  // namespace
}  // namespace bowline
