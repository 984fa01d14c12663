#pragma once
// One question to a name server, and its answer (RFC 1035). glibc's own functions write and read
// the bytes; which of them count is decided here.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bowline {

enum class DnsFamily { kIpv4, kIpv6 };

/// The question for the addresses of `host`, which is taken as absolute; with a random id. It asks
/// for recursion. kInvalidArgument: `host` is no name.
Result<std::string> DnsQuestion(const std::string& host, DnsFamily family);

/// What `answer` says to `question`: the addresses, none when the name has none of that family.
/// kNotFound: there is no such name; kUnavailable: the server has failed or refuses;
/// kInvalidArgument: it is no answer to that question.
Result<std::vector<std::string>> ReadDnsAnswer(std::string_view question, std::string_view answer);

/// The name servers in the text of resolv.conf, three at most as in glibc; without one, 127.0.0.1.
std::vector<std::string> DnsServers(std::string_view resolv_conf);

}  // namespace bowline
