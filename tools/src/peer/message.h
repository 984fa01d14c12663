#pragma once
// What members tell each other: a request for a report, and the report. Each message names its
// sender and carries an HMAC; docs/formats/peer-protocol.md has the format,
// docs/decisions/0018-peer-protocol.md the reasons.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/identity.h"
#include "plan/common/passwords.h"

namespace bowline {

/// The newest version of the messages that this program writes, and the oldest program that can
/// read what it writes.
inline constexpr int kPeerVersion = 1;
inline constexpr int kPeerReadableFrom = 1;

/// The sender of a message. A command such as `bowline status` is no member: its member and pod may
/// be empty.
struct PeerSender {
  Identity identity;   ///< installation: empty as long as it is not known
  std::string member;  ///< "server-1"
  std::string pod;
};

struct PeerRequest {
  PeerSender from;
  std::string to;  ///< the member that is asked
  std::string
      nonce;  ///< random; the report's HMAC covers it, so that an old report cannot be sent again
  /// The view may be told by its digest. A member that does not know this word tells it whole.
  bool digest = false;
};

/// "the installation is 0a.., not 1b.."; nothing: two senders of one release, and of one
/// installation as far as both know theirs.
std::optional<std::string> WhyForeign(const Identity& own, const Identity& other);

/// The message as it is sent.
std::string SealRequest(const PeerKeys& keys, const PeerRequest& request);
/// kPermissionDenied: no HMAC is by one of the keys; kInvalidArgument: it is no request, or of a
/// version that this program cannot read.
Result<PeerRequest> OpenRequest(const PeerKeys& keys, std::string_view message);

struct PeerReport {
  PeerSender from;
  std::string body;  ///< the member's report, as JSON
};

std::string SealReport(const PeerKeys& keys, std::string_view nonce, const PeerReport& report);
/// Errors as OpenRequest's.
Result<PeerReport> OpenReport(const PeerKeys& keys, std::string_view nonce,
                              std::string_view message);

/// Asks a member's program to do something (docs/formats/peer-protocol.md).
struct PeerOrder {
  PeerRequest request;
  /// That the asked member has told last: an order that was recorded cannot be sent again. Empty:
  /// only its answer is wanted.
  std::string challenge;
  std::string body;
};

std::string SealOrder(const PeerKeys& keys, const PeerOrder& order);
/// Errors as OpenRequest's.
Result<PeerOrder> OpenOrder(const PeerKeys& keys, std::string_view message);

}  // namespace bowline
