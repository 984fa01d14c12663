#include "peer/channel.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/digest.h"
#include "sys/random_hex.h"

namespace bowline {
namespace {

constexpr std::size_t kRequestLimit = 4U << 10U;  // a request has some 300 bytes
constexpr std::size_t kConnections = 512;         // at most one of each member and of each command

void Reject(const PeerChannel& channel, const std::string& why) {
  if (channel.rejected) channel.rejected(why);
}

/// Why the report is not that of the member that was asked; nothing: it is.
std::optional<std::string> WhyNotOf(const PeerTarget& target, const PeerChannel& channel,
                                    const PeerReport& report) {
  auto foreign = WhyForeign(channel.self.identity, report.from.identity);
  if (foreign) return foreign;
  if (report.from.member != target.member.ToString()) {
    return std::format("it is {}", report.from.member);
  }
  if (report.from.pod != target.pod) {
    return std::format("it is the pod {}, not {}", report.from.pod, target.pod);
  }
  return std::nullopt;
}

Result<Report> ReadReport(const PeerTarget& target, const PeerChannel& channel,
                          const std::string& nonce, const std::string& message) {
  ASSIGN_OR_RETURN(const PeerReport opened, OpenReport(channel.keys, nonce, message));
  const auto why = WhyNotOf(target, channel, opened);
  if (why) return Fail(Code::kPermissionDenied, "{}", *why);
  ASSIGN_OR_RETURN(Report report, ParseReport(opened.body));
  if (report.member != target.member) {
    return Fail(Code::kInvalidArgument, "its report is of {}", report.member.ToString());
  }
  // The sender's own word, which the HMAC covers, is the one that holds.
  report.installation = opened.from.identity.installation;
  return report;
}

HttpAnswer Unreadable(const PeerChannel& channel, const HttpRequest& http, const Error& error) {
  Reject(channel, std::format("a request from {} is not answered: {}", http.remote, error.message));
  return {.silence = true};
}

void TellSeen(const PeerChannel& channel, const HttpRequest& http, const PeerSender& from) {
  const auto member = MemberName::Parse(from.member);  // a command outside of a pod is no member
  if (channel.seen && member) channel.seen(*member, http.remote);
}

/// Is the request of this release and installation, and meant for this member? If not, it is told.
bool ForUs(const PeerChannel& channel, const HttpRequest& http, const PeerRequest& request) {
  auto why = WhyForeign(channel.self.identity, request.from.identity);
  if (!why && request.to != channel.self.member) {
    why = std::format("it is for {}", request.to);
  }
  if (!why) {
    TellSeen(channel, http, request.from);
    return true;
  }
  Reject(channel, std::format("a request from {} ({}) is not answered: {}", http.remote,
                              request.from.pod, *why));
  return false;
}

/// Older members tell their views whole, which takes long to read when there are many.
bool TellsDigest(std::string_view message) { return message.contains("\"viewDigest\":"); }

/// The calls of one look, and what comes of them.
class Look {
 public:
  Look(const PeerChannel& channel, const std::vector<PeerTarget>& targets, PeerViews views)
      : channel_(channel),
        targets_(targets),
        known_(channel.views ? channel.views : std::make_shared<KnownViews>()),
        gathering_(targets.size(), views, *known_) {}

  std::vector<HttpCall> First() { return Calls(gathering_.First()); }

  std::vector<HttpCall> Answered(std::size_t call, const Result<HttpAnswer>& answer) {
    const Gathering::Question question = questions_.at(call);
    const bool told = answer && answer->status == 200;
    if (told && !question.whole && !TellsDigest(answer->body)) {
      later_.emplace_back(question, answer->body);
      return {};
    }
    return Calls(gathering_.Answered(question, told ? Read(question, answer->body) : std::nullopt));
  }

  Reports Take() {
    for (const auto& [question, body] : later_) {
      (void)gathering_.Answered(question, Read(question, body));
    }
    Reports reports;
    for (auto& [place, report] : gathering_.Take()) {
      reports[targets_[place].member] = std::move(report);
    }
    return reports;
  }

  [[nodiscard]] std::vector<MemberName> Unread() const {
    std::vector<MemberName> members;
    for (const std::size_t place : gathering_.Unread()) members.push_back(targets_[place].member);
    return members;
  }

 private:
  std::vector<HttpCall> Calls(const std::vector<Gathering::Question>& questions) {
    std::vector<HttpCall> calls;
    calls.reserve(questions.size());
    for (const Gathering::Question& question : questions) {
      const PeerTarget& target = targets_[question.member];
      calls.push_back({.ip = target.ip,
                       .port = target.port,
                       .method = "POST",
                       .path = kReportPath,
                       .body = SealRequest(channel_.keys, {.from = channel_.self,
                                                           .to = target.member.ToString(),
                                                           .nonce = nonce_,
                                                           .digest = !question.whole})});
      questions_.push_back(question);
    }
    return calls;
  }

  std::optional<Report> Read(const Gathering::Question& question, const std::string& body) {
    const PeerTarget& target = targets_[question.member];
    auto report = ReadReport(target, channel_, nonce_, body);
    if (report) return *std::move(report);
    Reject(channel_, std::format("the answer from the address of {} ({}) is not used: {}",
                                 target.member.ToString(), target.ip, report.error().message));
    return std::nullopt;
  }

  const PeerChannel& channel_;
  const std::vector<PeerTarget>& targets_;
  std::string nonce_ = RandomHex();
  std::shared_ptr<KnownViews> known_;
  Gathering gathering_;
  std::vector<Gathering::Question> questions_;  ///< one for each call
  /// What is read when all answers are there, so that none comes too late for it.
  std::vector<std::pair<Gathering::Question, std::string>> later_;
};

}  // namespace

Reports AskPeers(const PeerChannel& channel, const std::vector<PeerTarget>& targets,
                 Deadline deadline, PeerViews views, std::vector<MemberName>* unread) {
  Look look(channel, targets, views);
  HttpAskAll(look.First(), deadline, [&look](std::size_t call, const Result<HttpAnswer>& answer) {
    return look.Answered(call, answer);
  });
  Reports reports = look.Take();
  if (unread != nullptr) std::ranges::copy(look.Unread(), std::back_inserter(*unread));
  return reports;
}

HttpHandler AnswerReports(ReportSource source) {
  return [source = std::move(source)](const HttpRequest& http,
                                      Milliseconds waited) -> std::optional<HttpAnswer> {
    const PeerChannel channel = source.channel();
    const auto request = OpenRequest(channel.keys, http.body);
    if (!request) return Unreadable(channel, http, request.error());
    if (!ForUs(channel, http, *request)) return HttpAnswer{.silence = true};
    const auto report = source.report(waited);
    if (!report) return std::nullopt;
    const ViewForm form = request->digest ? ViewForm::kDigest : ViewForm::kWhole;
    return HttpAnswer{
        .body = SealReport(channel.keys, request->nonce,
                           {.from = channel.self, .body = PrintReport(*report, form)}),
        .content_type = "application/octet-stream"};
  };
}

Result<std::string> SendOrder(const PeerChannel& channel, const PeerTarget& target,
                              const char* path, const std::string& challenge,
                              const std::string& body, Deadline deadline) {
  const PeerOrder order{
      .request = {.from = channel.self, .to = target.member.ToString(), .nonce = RandomHex()},
      .challenge = challenge,
      .body = body};
  ASSIGN_OR_RETURN(const HttpAnswer answer, HttpAsk({.ip = target.ip,
                                                     .port = target.port,
                                                     .method = "POST",
                                                     .path = path,
                                                     .body = SealOrder(channel.keys, order)},
                                                    deadline));
  if (answer.status != 200) {
    return Fail(Code::kUnavailable, "{} answers {} to {}", target.member.ToString(), answer.status,
                path);
  }
  ASSIGN_OR_RETURN(PeerReport report, OpenReport(channel.keys, order.request.nonce, answer.body));
  const auto why = WhyNotOf(target, channel, report);
  if (why) return Fail(Code::kPermissionDenied, "{}", *why);
  return std::move(report.body);
}

HttpHandler AnswerOrders(std::function<PeerChannel()> source, OrderHandler handler) {
  return [source = std::move(source), handler = std::move(handler)](
             const HttpRequest& http, Milliseconds) -> std::optional<HttpAnswer> {
    const PeerChannel channel = source();
    const auto order = OpenOrder(channel.keys, http.body);
    if (!order) return Unreadable(channel, http, order.error());
    if (!ForUs(channel, http, order->request)) return HttpAnswer{.silence = true};
    return HttpAnswer{.body = SealReport(channel.keys, order->request.nonce,
                                         {.from = channel.self, .body = handler(*order)}),
                      .content_type = "application/octet-stream"};
  };
}

HttpLimits PeerLimits() { return {.connections = kConnections, .body = kRequestLimit}; }

}  // namespace bowline
