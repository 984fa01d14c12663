#include "sys/resolve.h"

#include <netdb.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <array>
#include <cstdlib>
#include <future>
#include <memory>
#include <thread>

namespace bowline {
namespace {

using Addresses = Result<std::vector<std::string>>;

Addresses ResolveNow(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int rc = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (rc != 0) {
    const Code code = rc == EAI_NONAME ? Code::kNotFound : Code::kUnavailable;
    return Fail(code, "resolving {}: {}", host, ::gai_strerror(rc));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* item = list; item != nullptr; item = item->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(item->ai_addr, item->ai_addrlen, text.data(), text.size(), nullptr, 0,
                      NI_NUMERICHOST) == 0) {
      addresses.emplace_back(text.data());
    }
  }
  if (addresses.empty()) return Fail(Code::kNotFound, "resolving {}: no address", host);
  return addresses;
}

}  // namespace

Addresses Resolve(const std::string& host, Deadline deadline) {
  auto promise = std::make_shared<std::promise<Addresses>>();
  std::future<Addresses> answer = promise->get_future();
  std::thread([promise, host] { promise->set_value(ResolveNow(host)); }).detach();
  if (answer.wait_for(deadline.Left()) != std::future_status::ready) {
    return Fail(Code::kDeadlineExceeded, "resolving {}: DNS did not answer in time", host);
  }
  return answer.get();
}

std::string RandomHex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  if (::getrandom(raw.data(), raw.size(), 0) != static_cast<ssize_t>(raw.size())) std::abort();
  std::string text;
  for (const char byte : raw) text += std::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

}  // namespace bowline
