#include "peer/message.h"

#include <ranges>
#include <utility>

#include "base/digest.h"
#include "base/json.h"
#include "base/parse.h"

namespace bowline {
namespace {

// In a request's "view". A form with other common lines (model/nodes_view.h) must get another word:
// digests of two forms are never equal, and nobody would find the lines.
constexpr std::string_view kDigest = "digest";

// What the HMAC covers begins with the kind: a request can never pass for a report.
constexpr std::string_view kRequest = "bowline request\n";
constexpr std::string_view kOrder = "bowline order\n";
constexpr std::string_view kReport = "bowline report\n";

std::string Mac(std::string_view key, std::string_view kind, std::string_view nonce,
                std::string_view content) {
  return HmacSha256Hex(key, std::format("{}{}\n{}", kind, nonce, content));
}

/// The message: the HMACs, separated by blanks, a line end, and the content.
std::string Sealed(const PeerKeys& keys, std::string_view kind, std::string_view nonce,
                   const std::string& content) {
  std::string head;
  for (const std::string& key : keys.known | std::views::take(keys.sealing)) {
    head += (head.empty() ? "" : " ") + Mac(key, kind, nonce, content);
  }
  return head + "\n" + content;
}

bool IsBy(const PeerKeys& keys, std::string_view kind, std::string_view nonce,
          std::string_view content, std::string_view head) {
  std::vector<std::string_view> macs = Split(head, ' ');
  if (macs.size() > kMostKeys) macs.resize(kMostKeys);  // a stranger must not make it compute many
  bool found = false;
  for (const std::string& key : keys.known) {
    const std::string mac = Mac(key, kind, nonce, content);
    for (const std::string_view told : macs) found |= EqualInConstantTime(mac, told);
  }
  return found;
}

Result<std::string_view> Authentic(const PeerKeys& keys, std::string_view kind,
                                   std::string_view nonce, std::string_view message) {
  const std::size_t end = message.find('\n');
  if (end == std::string_view::npos) {
    return Fail(Code::kInvalidArgument, "a message of {} bytes without an HMAC", message.size());
  }
  const std::string_view content = message.substr(end + 1);
  if (!IsBy(keys, kind, nonce, content, message.substr(0, end))) {
    return Fail(Code::kPermissionDenied, "the HMAC is wrong: another key");
  }
  return content;
}

void WriteSender(JsonWriter& json, const PeerSender& from) {
  json.Field("version", kPeerVersion).Field("readableFrom", kPeerReadableFrom);
  WriteIdentity(json, from.identity);
  json.Field("member", from.member).Field("pod", from.pod);
}

Result<PeerSender> ReadSender(const JsonView& root) {
  ASSIGN_OR_RETURN(const std::int64_t version, root.GetInt("version"));
  ASSIGN_OR_RETURN(const std::int64_t readable_from, root.GetInt("readableFrom"));
  if (readable_from > kPeerVersion) {
    return Fail(Code::kInvalidArgument,
                "a message of version {}, readable from version {}; this is {}", version,
                readable_from, kPeerVersion);
  }
  PeerSender from;
  ASSIGN_OR_RETURN(from.identity, ReadIdentity(root));
  ASSIGN_OR_RETURN(from.member, root.GetString("member"));
  ASSIGN_OR_RETURN(from.pod, root.GetString("pod"));
  return from;
}

void WriteRequest(JsonWriter& json, const PeerRequest& request) {
  WriteSender(json, request.from);
  json.Field("to", request.to).Field("nonce", request.nonce);
  if (request.digest) json.Field("view", kDigest);
}

Result<PeerRequest> ReadRequest(const JsonView& root) {
  PeerRequest request;
  ASSIGN_OR_RETURN(request.from, ReadSender(root));
  ASSIGN_OR_RETURN(request.to, root.GetString("to"));
  ASSIGN_OR_RETURN(request.nonce, root.GetString("nonce"));
  ASSIGN_OR_RETURN(const std::string view, root.GetStringOr("view", ""));
  request.digest = view == kDigest;
  return request;
}

}  // namespace

std::optional<std::string> WhyForeign(const Identity& own, const Identity& other) {
  if (own.name_space != other.name_space || own.release != other.release) {
    return std::format("it is of the release {}/{}, not of {}/{}", other.name_space, other.release,
                       own.name_space, own.release);
  }
  if (own.installation.empty() || other.installation.empty() ||
      own.installation == other.installation) {
    return std::nullopt;
  }
  return std::format("it is of the installation {}, not of {}", other.installation,
                     own.installation);
}

std::string SealRequest(const PeerKeys& keys, const PeerRequest& request) {
  JsonWriter json;
  json.BeginObject();
  WriteRequest(json, request);
  json.EndObject();
  const std::string content = json.Take();
  return Sealed(keys, kRequest, "", content);
}

Result<PeerRequest> OpenRequest(const PeerKeys& keys, std::string_view message) {
  ASSIGN_OR_RETURN(const std::string_view content, Authentic(keys, kRequest, "", message));
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(content));
  return ReadRequest(document.root());
}

std::string SealOrder(const PeerKeys& keys, const PeerOrder& order) {
  JsonWriter json;
  json.BeginObject();
  WriteRequest(json, order.request);
  json.Field("challenge", order.challenge).EndObject();
  const std::string content = json.Take() + "\n" + order.body;
  return Sealed(keys, kOrder, "", content);
}

Result<PeerOrder> OpenOrder(const PeerKeys& keys, std::string_view message) {
  ASSIGN_OR_RETURN(const std::string_view content, Authentic(keys, kOrder, "", message));
  const std::size_t end = content.find('\n');
  if (end == std::string_view::npos) return Fail(Code::kInvalidArgument, "an order without a body");
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(content.substr(0, end)));
  PeerOrder order;
  ASSIGN_OR_RETURN(order.request, ReadRequest(document.root()));
  ASSIGN_OR_RETURN(order.challenge, document.root().GetString("challenge"));
  order.body = content.substr(end + 1);
  return order;
}

std::string SealReport(const PeerKeys& keys, std::string_view nonce, const PeerReport& report) {
  JsonWriter json;
  json.BeginObject();
  WriteSender(json, report.from);
  json.EndObject();
  const std::string content = json.Take() + "\n" + report.body;
  return Sealed(keys, kReport, nonce, content);
}

Result<PeerReport> OpenReport(const PeerKeys& keys, std::string_view nonce,
                              std::string_view message) {
  ASSIGN_OR_RETURN(const std::string_view content, Authentic(keys, kReport, nonce, message));
  const std::size_t end = content.find('\n');
  if (end == std::string_view::npos) return Fail(Code::kInvalidArgument, "a report without a body");
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(content.substr(0, end)));
  PeerReport report;
  ASSIGN_OR_RETURN(report.from, ReadSender(document.root()));
  report.body = content.substr(end + 1);
  return report;
}

}  // namespace bowline
