#include "plan/sentinel/sentinel_conf.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/json.h"
#include "base/parse.h"
#include "plan/common/directives.h"
#include "plan/common/listeners.h"
#include "plan/common/saved_addresses.h"

namespace bowline {
namespace {

// The chart's validation has the same lists.
constexpr std::array<std::string_view, 18> kOwned{"port",
                                                  "tls-port",
                                                  "tls-cert-file",
                                                  "tls-key-file",
                                                  "tls-ca-cert-file",
                                                  "tls-auth-clients",
                                                  "tls-replication",
                                                  "bind",
                                                  "dir",
                                                  "protected-mode",
                                                  "requirepass",
                                                  "user",
                                                  "aclfile",
                                                  "include",
                                                  "logfile",
                                                  "daemonize",
                                                  "pidfile",
                                                  "supervised"};
constexpr std::array<std::string_view, 18> kOwnedSentinel{"myid",
                                                          "monitor",
                                                          "announce-ip",
                                                          "announce-port",
                                                          "announce-hostnames",
                                                          "resolve-hostnames",
                                                          "known-replica",
                                                          "known-slave",
                                                          "known-sentinel",
                                                          "config-epoch",
                                                          "leader-epoch",
                                                          "current-epoch",
                                                          "auth-user",
                                                          "auth-pass",
                                                          "sentinel-user",
                                                          "sentinel-pass",
                                                          "down-after-milliseconds",
                                                          "failover-timeout"};

/// The words of a line; one in double quotes comes without them (Sentinel quotes what it rewrites).
/// Escapes stand in passwords only, which nobody reads back.
std::vector<std::string> WordsOf(std::string_view line) {
  std::vector<std::string> words = Words(Trim(line));
  for (std::string& word : words) {
    const bool quoted = word.size() >= 2 && word.front() == '"' && word.back() == '"';
    if (quoted) word = word.substr(1, word.size() - 2);
  }
  return words;
}

Result<const Endpoint*> AddressOf(const AddressBook& addresses, MemberName member) {
  const auto found = addresses.find(member);
  if (found == addresses.end()) {
    return Fail(Code::kInvalidArgument, "no address known for {}", member.ToString());
  }
  return &found->second;
}

/// One line of a saved file into `saved`; the name of what it told, or nothing.
Result<std::string> ReadLine(const std::vector<std::string>& words, SavedSentinel& saved) {
  if (words.size() < 3 || words[0] != "sentinel") return "";
  const std::string& what = words[1];
  SentinelSnapshot& snapshot = saved.snapshot;
  const auto epoch = [&](std::size_t at, std::uint64_t& into) -> Result<std::string> {
    if (words.size() <= at) return Fail(Code::kDataLoss, "sentinel {} is cut", what);
    ASSIGN_OR_RETURN(into, ParseUint64(words[at]));
    return what;
  };
  if (what == "myid") {
    saved.id = words[2];
    return what;
  }
  if (what == "monitor") {
    if (words.size() < 6) return Fail(Code::kDataLoss, "sentinel monitor is cut");
    ASSIGN_OR_RETURN(snapshot.primary_ip, ParseIp(words[3]));
    ASSIGN_OR_RETURN(const std::int64_t port, ParseInt(words[4], 1, 65535));
    snapshot.primary_port = static_cast<int>(port);
    return what;
  }
  if (what == "config-epoch") return epoch(3, snapshot.epochs.config);
  if (what == "leader-epoch") return epoch(3, snapshot.epochs.leader);
  if (what == "current-epoch") return epoch(2, snapshot.epochs.current);
  return "";
}

Result<std::string> KnownMembers(const SentinelConfInput& input) {
  const std::string& name = input.settings.sentinel.master_name;
  std::string text;
  for (const MemberName server : input.settings.layout.MembersOf(0)) {
    if (server == input.primary) continue;  // it would count as a replica of itself
    ASSIGN_OR_RETURN(const Endpoint* at, AddressOf(input.addresses, server));
    text += std::format("sentinel known-replica {} {} {}\n", name, at->ip, at->port);
  }
  for (const MemberName sentinel : input.settings.layout.Sentinels()) {
    if (sentinel == input.self) continue;  // it would count itself twice
    ASSIGN_OR_RETURN(const Endpoint* at, AddressOf(input.addresses, sentinel));
    text += std::format("sentinel known-sentinel {} {} {} {}\n", name, at->ip, at->port,
                        input.identity.NodeIdOf(sentinel).str());
  }
  return text;
}

std::string Passwords(const SentinelConfInput& input) {
  if (!input.settings.auth) return "";
  const std::string& name = input.settings.sentinel.master_name;
  std::string text =
      std::format("sentinel auth-user {} {}\n", name, AccountOf("sentinel", input.identity));
  text += std::format("sentinel auth-pass {} {}\n", name,
                      QuoteConf(input.secrets.replication_password));
  if (!input.settings.sentinel.auth) return text;
  for (const Account& account : AccountsAtSentinel(input.identity, input.secrets)) {
    text += UserLine(account, input.secrets);
  }
  text += std::format("sentinel sentinel-user {}\n", AccountOf("peer", input.identity));
  text += std::format("sentinel sentinel-pass {}\n", QuoteConf(input.secrets.password));
  return text;
}

}  // namespace

Status CheckSentinelDirectives(std::string_view text) {
  return CheckDirectives("sentinel.conf", text, [](const std::vector<std::string>& words) {
    if (words.front() != "sentinel") return std::ranges::contains(kOwned, words.front());
    return words.size() < 2 || words[1] == "parallel-syncs" ||
           std::ranges::contains(kOwnedSentinel, words[1]);
  });
}

Result<std::string> RenderSentinelConf(const SentinelConfInput& input) {
  RETURN_IF_ERROR(CheckSentinelDirectives(input.user_directives));
  const SentinelSettings& sentinel = input.settings.sentinel;
  const std::string& name = sentinel.master_name;
  ASSIGN_OR_RETURN(const Endpoint* self, AddressOf(input.addresses, input.self));
  ASSIGN_OR_RETURN(const Endpoint* primary, AddressOf(input.addresses, input.primary));
  ASSIGN_OR_RETURN(const std::string known, KnownMembers(input));
  std::string text = "# Written by bowline at every start; epochs are kept.\n";
  text += ListenerDirectives(input.settings.tls, input.settings.ports.sentinel,
                             input.settings.tls.other_sentinel_port);
  text += "protected-mode no\n";
  text += std::format("dir {}\n", QuoteConf(input.data_directory));
  text += "sentinel resolve-hostnames no\nsentinel announce-hostnames no\n";
  text += std::format("sentinel announce-ip {}\nsentinel announce-port {}\n", self->ip, self->port);
  text += std::format("sentinel myid {}\n", input.identity.NodeIdOf(input.self).str());
  text += std::format("sentinel monitor {} {} {} {}\n", name, primary->ip, primary->port,
                      sentinel.quorum);
  text += std::format("sentinel down-after-milliseconds {} {}\n", name,
                      sentinel.down_after_milliseconds);
  text += std::format("sentinel failover-timeout {} {}\n", name,
                      sentinel.failover_timeout_milliseconds);
  text += std::format("sentinel parallel-syncs {} {}\n", name, sentinel.parallel_syncs);
  text += Passwords(input);
  text += known;
  text += input.user_directives;
  if (!text.ends_with('\n')) text += '\n';
  text += std::format("sentinel config-epoch {} {}\n", name, input.epochs.config);
  text += std::format("sentinel leader-epoch {} {}\n", name, input.epochs.leader);
  text += std::format("sentinel current-epoch {}\n", input.epochs.current);
  return text;
}

Result<SavedSentinel> ParseSavedSentinel(std::string_view text, std::string_view addresses) {
  SavedSentinel saved;
  std::set<std::string> told;
  if (!text.ends_with('\n')) {
    return Fail(Code::kDataLoss,
                "it does not end with the end of a line: the file is cut or empty");
  }
  for (const std::string_view line : SplitLines(text)) {
    const auto what = ReadLine(WordsOf(line), saved);
    if (!what) return Fail(Code::kDataLoss, "{}: {}", Quoted(line), what.error().message);
    told.insert(*what);
  }
  for (const std::string needed :
       {"myid", "monitor", "config-epoch", "leader-epoch", "current-epoch"}) {
    if (!told.contains(needed)) {
      return Fail(Code::kDataLoss, "no line \"sentinel {}\": the file is cut, or not a sentinel's",
                  needed);
    }
  }
  const auto book = ParseAddresses(addresses);
  if (book) saved.snapshot.primary = MemberAt(*book, saved.snapshot.primary_ip);
  return saved;
}

}  // namespace bowline
