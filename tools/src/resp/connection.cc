// The connection below the commands, by hiredis.

#include "resp/error_reply.h"
#include "resp/impl.h"
#include "resp/tls_link.h"

namespace bowline {
namespace {

timeval ToTimeval(Milliseconds span) {
  timeval value{};
  const auto bounded = std::max<std::int64_t>(span.count(), 1);  // zero would mean "for ever"
  value.tv_sec = static_cast<time_t>(bounded / 1000);
  value.tv_usec = static_cast<suseconds_t>((bounded % 1000) * 1000);
  return value;
}

}  // namespace

Reply CopyReply(const redisReply& from) {
  Reply to;
  switch (from.type) {
    case REDIS_REPLY_INTEGER:
      to.type = Reply::Type::kInteger;
      to.integer = from.integer;
      break;
    case REDIS_REPLY_ERROR:
      to.type = Reply::Type::kError;
      to.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_ARRAY:
      to.type = Reply::Type::kArray;
      for (std::size_t i = 0; i < from.elements; ++i)
        to.items.push_back(CopyReply(*from.element[i]));
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      to.type = Reply::Type::kString;
      to.text.assign(from.str, from.len);
      break;
    default:
      break;
  }
  return to;
}

int AppendCommand(redisContext& context, const std::vector<std::string>& words) {
  std::vector<const char*> pointers;
  std::vector<std::size_t> lengths;
  for (const std::string& word : words) {
    pointers.push_back(word.data());
    lengths.push_back(word.size());
  }
  return redisAppendCommandArgv(&context, static_cast<int>(words.size()), pointers.data(),
                                lengths.data());
}

std::unexpected<Error> RespClient::Impl::Broken(std::string_view what, Deadline deadline) const {
  std::string text = static_cast<const char*>(context->errstr);
  if (text.empty()) text = "no complete reply in time";
  const bool late =
      deadline.Passed() || text.contains("temporarily unavailable") || text.contains("timed out");
  return Fail(late ? Code::kDeadlineExceeded : Code::kUnavailable, "{} {}: {}", what, peer, text);
}

RespClient::RespClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RespClient::RespClient(RespClient&&) noexcept = default;
RespClient& RespClient::operator=(RespClient&&) noexcept = default;
RespClient::~RespClient() = default;

Result<RespClient> RespClient::Connect(const std::string& ip, int port,
                                       const Credentials& credentials, Deadline deadline) {
  auto impl = std::make_unique<Impl>();
  impl->peer = std::format("{}:{}", ip, port);
  impl->context.reset(redisConnectWithTimeout(ip.c_str(), port, ToTimeval(deadline.Left())));
  return LogIn(std::move(impl), credentials, deadline);
}

Result<RespClient> RespClient::ConnectLocal(const std::filesystem::path& socket,
                                            const Credentials& credentials, Deadline deadline) {
  auto impl = std::make_unique<Impl>();
  impl->peer = socket.string();
  impl->context.reset(redisConnectUnixWithTimeout(socket.c_str(), ToTimeval(deadline.Left())));
  return LogIn(std::move(impl), credentials, deadline);
}

Result<RespClient> RespClient::LogIn(std::unique_ptr<Impl> impl, const Credentials& credentials,
                                     Deadline deadline) {
  if (!impl->context) return Fail(Code::kInternal, "connecting to {}: no memory", impl->peer);
  if (impl->context->err != 0) return impl->Broken("connecting to", deadline);
  if (credentials.tls) {
    const Status secured = StartTls(*impl->context, credentials, deadline);
    if (!secured) return FailWith(secured, "connecting to " + impl->peer);
  }
  RespClient client(std::move(impl));
  if (credentials.password.empty()) return client;
  auto auth = client.Ask({"AUTH", credentials.user, credentials.password}, deadline);
  for (const Credentials::Other& other : credentials.others) {
    if (auth || auth.error().code != Code::kPermissionDenied) break;
    auth = client.Ask({"AUTH", other.user, other.password}, deadline);
  }
  if (!auth) return FailWith(auth, "logging in");
  return client;
}

Result<std::vector<Reply>> RespClient::Pipeline(
    const std::vector<std::vector<std::string>>& commands, Deadline deadline) {
  redisContext* context = impl_->context.get();
  const std::string& first = commands.front().front();
  const auto broken = [&] {
    impl_->broken = true;
    return impl_->Broken(std::format("{} to", first), deadline);
  };
  if (impl_->broken) {
    return Fail(Code::kUnavailable,
                "{} to {}: the connection is given up: an earlier call has had no reply", first,
                impl_->peer);
  }
  if (context->err != 0) return broken();
  for (const std::vector<std::string>& words : commands) {
    if (AppendCommand(*context, words) != REDIS_OK) return broken();
  }
  std::vector<Reply> replies;
  // Not redisGetReply: its time-out is that of each read, and a peer may answer byte by byte.
  for (int sent = 0; replies.size() < commands.size();) {
    if (redisSetTimeout(context, ToTimeval(deadline.Left())) != REDIS_OK) return broken();
    if (sent == 0) {
      if (redisBufferWrite(context, &sent) != REDIS_OK) return broken();
      continue;
    }
    if (redisBufferRead(context) != REDIS_OK) return broken();
    void* raw = nullptr;
    do {
      if (redisGetReplyFromReader(context, &raw) != REDIS_OK) return broken();
      const std::unique_ptr<void, decltype(&freeReplyObject)> reply(raw, &freeReplyObject);
      if (raw != nullptr) replies.push_back(CopyReply(*static_cast<const redisReply*>(raw)));
    } while (raw != nullptr && replies.size() < commands.size());
    if (replies.size() < commands.size() && deadline.Passed()) return broken();
  }
  return replies;
}

Result<Reply> RespClient::Command(const std::vector<std::string>& words, Deadline deadline) {
  ASSIGN_OR_RETURN(std::vector<Reply> replies, Pipeline({words}, deadline));
  return std::move(replies.front());
}

Result<Reply> RespClient::Ask(const std::vector<std::string>& words, Deadline deadline) {
  ASSIGN_OR_RETURN(Reply reply, Command(words, deadline));
  return UnlessError(words.front(), impl_->peer, std::move(reply));
}

}  // namespace bowline
