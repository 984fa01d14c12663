#include "sys/dns_message.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <resolv.h>
#include <strings.h>
#include <sys/random.h>

#include <array>
#include <cstdlib>
#include <optional>

#include "base/parse.h"

namespace bowline {
namespace {

constexpr std::size_t kMostServers = 3;  // MAXNS of glibc

const unsigned char* Bytes(std::string_view text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the resolver's own interface
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::optional<ns_msg> Parse(std::string_view message) {
  ns_msg parsed{};
  if (::ns_initparse(Bytes(message), static_cast<int>(message.size()), &parsed) != 0) {
    return std::nullopt;
  }
  return parsed;
}

/// The one question of a message.
std::optional<ns_rr> QuestionOf(ns_msg& message) {
  ns_rr question{};
  if (ns_msg_count(message, ns_s_qd) != 1) return std::nullopt;
  if (::ns_parserr(&message, ns_s_qd, 0, &question) != 0) return std::nullopt;
  return question;
}

bool Same(const ns_rr& one, const ns_rr& other) {
  return ns_rr_type(one) == ns_rr_type(other) && ns_rr_class(one) == ns_rr_class(other) &&
         ::strcasecmp(ns_rr_name(one), ns_rr_name(other)) == 0;
}

std::optional<std::string> AddressOf(const ns_rr& record) {
  const bool six = ns_rr_type(record) == ns_t_aaaa;
  const std::size_t size = six ? sizeof(in6_addr) : sizeof(in_addr);
  if (static_cast<std::size_t>(ns_rr_rdlen(record)) != size) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (::inet_ntop(six ? AF_INET6 : AF_INET, ns_rr_rdata(record), text.data(), text.size()) ==
      nullptr) {
    return std::nullopt;
  }
  return text.data();
}

}  // namespace

Result<std::string> DnsQuestion(const std::string& host, DnsFamily family) {
  std::array<unsigned char, NS_PACKETSZ> buffer{};
  std::uint16_t id = 0;
  if (::getrandom(&id, sizeof id, 0) != static_cast<ssize_t>(sizeof id)) std::abort();
  struct __res_state state{};
  state.options = RES_INIT | RES_RECURSE;
  state.id = id;
  const int size = ::res_nmkquery(&state, ns_o_query, host.c_str(), ns_c_in,
                                  family == DnsFamily::kIpv6 ? ns_t_aaaa : ns_t_a, nullptr, 0,
                                  nullptr, buffer.data(), static_cast<int>(buffer.size()));
  if (size < 0) return Fail(Code::kInvalidArgument, "\"{}\" is no name for DNS", host);
  std::string question(buffer.begin(), buffer.begin() + size);
  question[0] = static_cast<char>(id >> 8U);
  question[1] = static_cast<char>(id & 0xffU);
  return question;
}

Result<std::vector<std::string>> ReadDnsAnswer(std::string_view question, std::string_view answer) {
  auto asked = Parse(question);
  auto told = Parse(answer);
  const auto wanted = asked ? QuestionOf(*asked) : std::nullopt;
  const auto answered = told ? QuestionOf(*told) : std::nullopt;
  if (!wanted || !answered || ns_msg_getflag(*told, ns_f_qr) != 1 ||
      ns_msg_id(*told) != ns_msg_id(*asked) || !Same(*wanted, *answered)) {
    return Fail(Code::kInvalidArgument, "no answer to the question");
  }
  const int code = ns_msg_getflag(*told, ns_f_rcode);
  if (code == ns_r_nxdomain) return Fail(Code::kNotFound, "there is no such name");
  if (code != ns_r_noerror) return Fail(Code::kUnavailable, "the name server answers {}", code);
  std::vector<std::string> addresses;
  for (int i = 0; i < ns_msg_count(*told, ns_s_an); ++i) {
    ns_rr record{};
    if (::ns_parserr(&*told, ns_s_an, i, &record) != 0) break;  // cut: what was read counts
    if (ns_rr_type(record) != ns_rr_type(*wanted)) continue;    // CNAME: its target follows
    if (const auto address = AddressOf(record)) addresses.push_back(*address);
  }
  return addresses;
}

std::vector<std::string> DnsServers(std::string_view resolv_conf) {
  std::vector<std::string> servers;
  for (const std::string_view line : SplitLines(resolv_conf)) {
    if (!line.starts_with("nameserver") || servers.size() == kMostServers) continue;
    const std::string_view rest = line.substr(std::string_view("nameserver").size());
    if (rest.empty() || (rest.front() != ' ' && rest.front() != '\t')) continue;
    servers.emplace_back(Trim(rest));
  }
  if (servers.empty()) servers.emplace_back("127.0.0.1");
  return servers;
}

}  // namespace bowline
