#pragma once
// Asking other members for their reports, and answering them. A message that is not of this release
// and installation is silence for its sender: it is never an answer, a refusal or a reason to adopt
// anything.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "peer/gathering.h"
#include "peer/message.h"
#include "sys/deadline.h"
#include "web/http.h"

namespace bowline {

inline constexpr const char* kReportPath = "/report";

/// How this process speaks to members.
struct PeerChannel {
  PeerKeys keys;  ///< the same for all members
  PeerSender self;
  /// Told why a message was rejected; may be empty. Called on the thread that received it.
  std::function<void(const std::string& why)> rejected;
  /// Told from which address a signed request of a member came; may be empty. Called on the
  /// server's thread.
  std::function<void(MemberName member, const std::string& ip)> seen = nullptr;
  /// What other looks have heard; nothing: this one begins without.
  std::shared_ptr<KnownViews> views = nullptr;
};

struct PeerTarget {
  MemberName member;
  std::string pod;  ///< that the member runs in
  std::string ip;
  int port = 0;
};

/// The reports of these members, asked all at once. A member that does not answer by the deadline,
/// or whose answer is rejected, is left out; with kRead also one whose view is not complete then:
/// these are added to `unread`, which may be null.
Reports AskPeers(const PeerChannel& channel, const std::vector<PeerTarget>& targets,
                 Deadline deadline, PeerViews views = PeerViews::kRead,
                 std::vector<MemberName>* unread = nullptr);

/// What the server of reports needs to know of the own member.
struct ReportSource {
  /// The channel as it stands: the installation becomes known during the start.
  std::function<PeerChannel()> channel;
  /// The own report when it is fresh enough; nothing: ask again soon.
  std::function<std::optional<Report>(Milliseconds waited)> report;
};

/// For HttpServer::On("POST", kReportPath, ...).
HttpHandler AnswerReports(ReportSource source);

inline constexpr const char* kHandoverPath = "/handover";

/// Sends an order to the member's program; the body of its answer. kUnavailable, kDeadlineExceeded:
/// it may have come there or not; kPermissionDenied: the answer is not of the member that was
/// asked.
Result<std::string> SendOrder(const PeerChannel& channel, const PeerTarget& target,
                              const char* path, const std::string& challenge,
                              const std::string& body, Deadline deadline);

/// What is done with an order of a member or a command of this installation; the answer's body.
/// Called on the server's one thread: it must not block.
using OrderHandler = std::function<std::string(const PeerOrder& order)>;

/// For HttpServer::On("POST", kHandoverPath, ...).
HttpHandler AnswerOrders(std::function<PeerChannel()> channel, OrderHandler handler);

/// The limits of the listener for members.
HttpLimits PeerLimits();

}  // namespace bowline
