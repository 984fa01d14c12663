#include <algorithm>
#include <cstdint>
#include <limits>
#include <unordered_map>

#include "base/parse.h"
#include "model/nodes_conf.h"

namespace bowline {

namespace {

constexpr std::size_t kMaxSize = std::size_t{32} << 20U;
constexpr std::string_view kVarsShape = "\"vars currentEpoch <n> lastVoteEpoch <n>\"";

Result<std::int64_t> ParseTime(std::string_view text) {
  return ParseInt(text, 0, std::numeric_limits<std::int64_t>::max());
}

bool IsHostname(std::string_view text) {
  return text.size() <= 255 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '.' || c == '-' || c == '_';
         });
}

bool IsAuxKey(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  });
}

Status ParseAux(std::string_view text, NodeLine& line) {
  const std::size_t equals = text.find('=');
  const std::string_view key = text.substr(0, equals);
  if (equals == std::string_view::npos || !IsAuxKey(key)) {
    return Fail(Code::kDataLoss, "{} is no auxiliary field (<name>=<value>)", Quoted(text));
  }
  const std::string_view value = text.substr(equals + 1);
  if (std::ranges::any_of(line.aux, [&](const auto& pair) { return pair.first == key; })) {
    return Fail(Code::kDataLoss, "the auxiliary field {} is there twice", Quoted(key));
  }
  if (key == "shard-id") {
    if (const auto id = NodeId::Parse(value); !id) return FailWith(id, "shard-id");
  }
  line.aux.emplace_back(key, value);
  return {};
}

/// "ip:port@bus[,hostname[,name=value]...]"
Status ParseAddress(std::string_view text, NodeLine& line) {
  const std::vector<std::string_view> parts = Split(text, ',');
  ASSIGN_OR_RETURN(line.endpoint, Endpoint::Parse(parts[0]));
  if (parts.size() < 2) return {};
  if (!IsHostname(parts[1])) {
    return Fail(Code::kDataLoss, "{} is no host name (letters, digits, '.', '-', '_')",
                Quoted(parts[1]));
  }
  line.hostname = parts[1];
  for (std::size_t i = 2; i < parts.size(); ++i) RETURN_IF_ERROR(ParseAux(parts[i], line));
  return {};
}

Status ParseFlags(std::string_view text, NodeLine& line) {
  bool role_given = false;
  const auto set_role = [&](NodeRole role) {
    const bool first = !role_given;
    role_given = true;
    line.role = role;
    return first;
  };
  const auto set = [](bool& flag) { return !std::exchange(flag, true); };
  for (const std::string_view word : Split(text, ',')) {
    bool once = true;
    if (word == "master" || word == "primary") {
      once = set_role(NodeRole::kPrimary);
    } else if (word == "slave" || word == "replica") {
      once = set_role(NodeRole::kReplica);
    } else if (word == "myself") {
      once = set(line.myself);
    } else if (word == "fail?") {
      once = set(line.maybe_fail);
    } else if (word == "fail") {
      once = set(line.fail);
    } else if (word == "handshake") {
      once = set(line.handshake);
    } else if (word == "noaddr") {
      once = set(line.noaddr);
    } else if (word == "nofailover") {
      once = set(line.nofailover);
    } else if (word != "noflags") {
      return Fail(Code::kDataLoss,
                  "unknown flag {} (known: myself, master, slave, fail?, fail, handshake, noaddr, "
                  "nofailover)",
                  Quoted(word));
    }
    if (!once) return Fail(Code::kDataLoss, "a flag or role twice in {}", Quoted(text));
  }
  if (!role_given && (!line.handshake || line.myself)) {
    return Fail(Code::kDataLoss, "no role in the flags {} (master or slave)", Quoted(text));
  }
  return {};
}

/// "[5460->-<id>]" or "[5460-<-<id>]": a slot on its way to or from a node.
bool IsMigrationMark(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return false;
  text = text.substr(1, text.size() - 2);
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return false;
  const std::string_view arrow = text.substr(dash, 3);
  return (arrow == "->-" || arrow == "-<-") &&
         ParseInt(text.substr(0, dash), 0, kSlotCount - 1).has_value() &&
         NodeId::Parse(text.substr(dash + 3)).has_value();
}

Status ParseSlot(std::string_view text, NodeLine& line) {
  if (text.starts_with('[')) {
    if (!IsMigrationMark(text)) {
      return Fail(Code::kDataLoss, "{} is no migration mark ([<slot>->-<id>] or [<slot>-<-<id>])",
                  Quoted(text));
    }
    line.migrations.emplace_back(text);
    return {};
  }
  ASSIGN_OR_RETURN(const SlotRange range, SlotRange::Parse(text));
  line.slots.push_back(range);
  return {};
}

Result<NodeLine> ParseLine(std::string_view text) {
  if (text.empty()) return Fail(Code::kDataLoss, "an empty line");
  const std::vector<std::string_view> words = Split(text, ' ');
  if (std::ranges::contains(words, std::string_view())) {
    return Fail(Code::kDataLoss, "words are separated by exactly one space");
  }
  if (words.size() < 8) {
    return Fail(Code::kDataLoss,
                "{} words, and at least 8 are expected (<id> <address> <flags> <primary> "
                "<ping-sent> <pong-received> <config-epoch> <link-state> [<slot>...])",
                words.size());
  }
  NodeLine line;
  ASSIGN_OR_RETURN(line.id, NodeId::Parse(words[0]));
  RETURN_IF_ERROR(ParseAddress(words[1], line));
  RETURN_IF_ERROR(ParseFlags(words[2], line));
  if (words[3] != "-") {
    ASSIGN_OR_RETURN(line.primary, NodeId::Parse(words[3]));
    if (line.role == NodeRole::kPrimary) {
      return Fail(Code::kDataLoss, "a master that names {} as its own master", Quoted(words[3]));
    }
  }
  ASSIGN_OR_RETURN(line.ping_sent, ParseTime(words[4]));
  ASSIGN_OR_RETURN(line.pong_received, ParseTime(words[5]));
  ASSIGN_OR_RETURN(line.config_epoch, ParseUint64(words[6]));
  line.connected = words[7] == "connected";
  if (!line.connected && words[7] != "disconnected") {
    return Fail(Code::kDataLoss, "link state {} (connected or disconnected)", Quoted(words[7]));
  }
  for (std::size_t i = 8; i < words.size(); ++i) RETURN_IF_ERROR(ParseSlot(words[i], line));
  return line;
}

Status ParseVars(std::string_view text, NodesConf& conf) {
  const std::vector<std::string_view> words = Split(text, ' ');
  if (words.size() != 5 || words[1] != "currentEpoch" || words[3] != "lastVoteEpoch") {
    return Fail(Code::kDataLoss, "expected {}", kVarsShape);
  }
  ASSIGN_OR_RETURN(conf.current_epoch, ParseUint64(words[2]));
  ASSIGN_OR_RETURN(conf.last_vote_epoch, ParseUint64(words[4]));
  return {};
}

/// Collects lines and refuses what a single line cannot show.
class Parser {
 public:
  /// `text` is a line without its end.
  Status AddLine(std::string_view text) {
    ++number_;
    if (const Status status = Parse(text); !status) {
      return Fail(Code::kDataLoss, "line {}: {}; the line reads {}", number_,
                  status.error().message, Quoted(text, 120));
    }
    return {};
  }

  [[nodiscard]] Status Finish(bool want_vars) const {
    if (want_vars && vars_line_ == 0) {
      return Fail(Code::kDataLoss, "the file is cut: no {} after line {}", kVarsShape, number_);
    }
    if (myself_line_ == 0) {
      return Fail(Code::kDataLoss, "none of the {} lines has the flag myself", number_);
    }
    return {};
  }

  NodesConf conf;

 private:
  Status Parse(std::string_view text) {
    for (const char c : text) {
      if (c >= ' ' && c <= '~') continue;
      return Fail(Code::kDataLoss, "byte 0x{:02x}{}, and only printable ASCII is expected",
                  static_cast<unsigned char>(c), c == '\r' ? " (a CR LF line end?)" : "");
    }
    if (vars_line_ != 0) {
      // Older engines pad the file with empty lines and cut them off afterwards.
      if (text.empty()) return {};
      return Fail(Code::kDataLoss, "nothing is expected after the \"vars\" line {}", vars_line_);
    }
    if (text == "vars" || text.starts_with("vars ")) {
      vars_line_ = number_;
      return ParseVars(text, conf);
    }
    ASSIGN_OR_RETURN(NodeLine line, ParseLine(text));
    const auto [seen, inserted] = line_of_.emplace(line.id.str(), number_);
    if (!inserted) return Fail(Code::kDataLoss, "line {} has the same node id", seen->second);
    if (line.myself && myself_line_ != 0) {
      return Fail(Code::kDataLoss, "line {} has the flag myself already", myself_line_);
    }
    if (line.myself) myself_line_ = number_;
    conf.lines.push_back(std::move(line));
    return {};
  }

  int number_ = 0;
  int myself_line_ = 0;
  int vars_line_ = 0;
  std::unordered_map<std::string, int> line_of_;
};

Result<NodesConf> ParseText(std::string_view text, bool is_file) {
  if (text.size() > kMaxSize) {
    return Fail(Code::kDataLoss, "{} bytes are more than {}", text.size(), kMaxSize);
  }
  if (text.empty()) return Fail(Code::kDataLoss, "empty, and at least one line is expected");
  Parser parser;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    RETURN_IF_ERROR(parser.AddLine(text.substr(0, end)));
    if (end == std::string_view::npos) {
      if (is_file) return Fail(Code::kDataLoss, "the file is cut: its last line has no line end");
      break;
    }
    text.remove_prefix(end + 1);
  }
  RETURN_IF_ERROR(parser.Finish(is_file));
  return std::move(parser.conf);
}

}  // namespace

Result<NodesConf> ParseNodesConf(std::string_view text) { return ParseText(text, true); }

Result<NodesConf> ParseClusterNodes(std::string_view text) { return ParseText(text, false); }

}  // namespace bowline
