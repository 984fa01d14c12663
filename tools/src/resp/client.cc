#include "resp/client.h"

#include "resp/impl.h"

namespace bowline {
namespace {

timeval ToTimeval(Milliseconds span) {
  timeval value{};
  const auto bounded = std::max<std::int64_t>(span.count(), 1);  // zero would mean "for ever"
  value.tv_sec = static_cast<time_t>(bounded / 1000);
  value.tv_usec = static_cast<suseconds_t>((bounded % 1000) * 1000);
  return value;
}

Code CodeOf(std::string_view word) {
  for (const std::string_view busy : {"LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN"}) {
    if (word == busy) return Code::kUnavailable;
  }
  for (const std::string_view denied : {"NOAUTH", "WRONGPASS", "NOPERM"}) {
    if (word == denied) return Code::kPermissionDenied;
  }
  if (word == "INPROG") return Code::kAborted;
  if (word == "NOGOODSLAVE") return Code::kUnavailable;
  return Code::kFailedPrecondition;
}

/// A flat list of names and values.
SentinelFields ToFields(const Reply& reply) {
  SentinelFields fields;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    fields.insert_or_assign(reply.items[i].text, reply.items[i + 1].text);
  }
  return fields;
}

Result<std::vector<SentinelPeer>> ToPeers(const Reply& reply) {
  std::vector<SentinelPeer> peers;
  for (const Reply& item : reply.items) {
    ASSIGN_OR_RETURN(SentinelPeer peer, ReadSentinelPeer(ToFields(item)));
    peers.push_back(std::move(peer));
  }
  return peers;
}

}  // namespace

Result<SentinelSnapshot> ReadSentinelReply(const Reply& reply) {
  return ReadSentinelMaster(ToFields(reply));
}

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

std::unexpected<Error> RespClient::Impl::Broken(std::string_view what, Deadline deadline) const {
  std::string text = static_cast<const char*>(context->errstr);
  if (text.empty()) text = "no complete reply in time";
  const bool late =
      deadline.Passed() || text.contains("temporarily unavailable") || text.contains("timed out");
  return Fail(late ? Code::kDeadlineExceeded : Code::kUnavailable, "{} {}: {}", what, peer, text);
}

Result<Reply> RespClient::Impl::UnlessError(std::string_view command, Reply reply) const {
  if (!reply.IsError()) return reply;
  // The first word only: arguments of AUTH must never reach a log.
  return Fail(CodeOf(reply.ErrorWord()), "{} to {}: {}", command, peer, reply.text);
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
  RespClient client(std::move(impl));
  if (credentials.password.empty()) return client;
  const auto auth = client.Ask({"AUTH", credentials.user, credentials.password}, deadline);
  if (!auth) return FailWith(auth, "logging in");
  return client;
}

Result<Reply> RespClient::Command(const std::vector<std::string>& words, Deadline deadline) {
  std::vector<const char*> pointers;
  std::vector<std::size_t> lengths;
  for (const std::string& word : words) {
    pointers.push_back(word.data());
    lengths.push_back(word.size());
  }
  redisContext* context = impl_->context.get();
  const auto broken = [&] {
    impl_->broken = true;
    return impl_->Broken(std::format("{} to", words.front()), deadline);
  };
  if (impl_->broken) {
    return Fail(Code::kUnavailable,
                "{} to {}: the connection is given up: an earlier call has had no reply",
                words.front(), impl_->peer);
  }
  if (context->err != 0 || redisAppendCommandArgv(context, static_cast<int>(words.size()),
                                                  pointers.data(), lengths.data()) != REDIS_OK) {
    return broken();
  }
  // Not redisGetReply: its time-out is that of each read, and a peer may answer byte by byte.
  void* raw = nullptr;
  for (int sent = 0; raw == nullptr;) {
    if (redisSetTimeout(context, ToTimeval(deadline.Left())) != REDIS_OK) return broken();
    if (sent == 0) {
      if (redisBufferWrite(context, &sent) != REDIS_OK) return broken();
      continue;
    }
    if (redisBufferRead(context) != REDIS_OK) return broken();
    if (redisGetReplyFromReader(context, &raw) != REDIS_OK) return broken();
    if (raw == nullptr && deadline.Passed()) return broken();
  }
  const std::unique_ptr<void, decltype(&freeReplyObject)> reply(raw, &freeReplyObject);
  return CopyReply(*static_cast<const redisReply*>(reply.get()));
}

Result<Reply> RespClient::Ask(const std::vector<std::string>& words, Deadline deadline) {
  ASSIGN_OR_RETURN(Reply reply, Command(words, deadline));
  return impl_->UnlessError(words.front(), std::move(reply));
}

Result<EngineInfo> RespClient::Info(Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"INFO"}, deadline));
  return ParseEngineInfo(reply.text);
}

Result<ClusterInfo> RespClient::ReadClusterInfo(Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"CLUSTER", "INFO"}, deadline));
  return ParseClusterInfo(reply.text);
}

Result<std::string> RespClient::ClusterNodes(Deadline deadline) {
  ASSIGN_OR_RETURN(Reply reply, Ask({"CLUSTER", "NODES"}, deadline));
  return std::move(reply.text);
}

Result<std::int64_t> RespClient::DbSize(Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"DBSIZE"}, deadline));
  return reply.integer;
}

Status RespClient::ClusterFailover(FailoverMode mode, Deadline deadline) {
  std::vector<std::string> words{"CLUSTER", "FAILOVER"};
  if (mode == FailoverMode::kForce) words.emplace_back("FORCE");
  if (mode == FailoverMode::kTakeover) words.emplace_back("TAKEOVER");
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply, Ask(words, deadline));
  return {};
}

Status RespClient::ClusterReplicate(const NodeId& primary, Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"CLUSTER", "REPLICATE", primary.str()}, deadline));
  return {};
}

Status RespClient::ClusterMeet(const Endpoint& endpoint, Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"CLUSTER", "MEET", endpoint.ip, std::to_string(endpoint.port),
                        std::to_string(endpoint.bus_port)},
                       deadline));
  return {};
}

Status RespClient::PauseWrites(Milliseconds span, Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"CLIENT", "PAUSE", std::to_string(span.count()), "WRITE"}, deadline));
  return {};
}

Status RespClient::ResumeWrites(Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply, Ask({"CLIENT", "UNPAUSE"}, deadline));
  return {};
}

Result<std::vector<ClientLine>> RespClient::ClientList(const std::string& type, Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"CLIENT", "LIST", "TYPE", type}, deadline));
  return ParseClientList(reply.text);
}

Status RespClient::Publish(const std::string& channel, const std::string& message,
                           Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"PUBLISH", channel, message}, deadline));
  return {};
}

Status RespClient::ReplicaOfNobody(Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply, Ask({"REPLICAOF", "NO", "ONE"}, deadline));
  return {};
}

Status RespClient::ReplicaOf(const Endpoint& primary, Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"REPLICAOF", primary.ip, std::to_string(primary.port)}, deadline));
  return {};
}

Status RespClient::AnnounceReplica(const std::string& ip, Deadline deadline) {
  RETURN_IF_ERROR(ConfigSet("replica-announce-ip", ip, deadline));
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply closed,
                   Ask({"CLIENT", "KILL", "TYPE", "master"}, deadline));
  return {};
}

Status RespClient::StepBack(const Endpoint& primary, Deadline deadline) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"MULTI"},
        {"REPLICAOF", primary.ip, std::to_string(primary.port)},
        {"CLIENT", "KILL", "TYPE", "normal", "USER", "default"},
        {"CLIENT", "KILL", "TYPE", "pubsub", "USER", "default"}}) {
    ASSIGN_OR_RETURN([[maybe_unused]] const Reply queued, Ask(command, deadline));
  }
  ASSIGN_OR_RETURN(const Reply done, Ask({"EXEC"}, deadline));
  for (const Reply& reply : done.items) {
    if (reply.IsError()) return Fail(CodeOf(reply.ErrorWord()), "stepping back: {}", reply.text);
  }
  return {};
}

Status RespClient::EndSubscribers(Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"CLIENT", "KILL", "TYPE", "pubsub", "USER", "default"}, deadline));
  return {};
}

Status RespClient::EndBlocked(Deadline deadline) {
  ASSIGN_OR_RETURN(const std::vector<ClientLine> clients, ClientList("normal", deadline));
  for (const ClientLine& client : clients) {
    if (!client.WaitsInCommand()) continue;
    // An error reply: it has just gone by itself.
    ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                     Command({"CLIENT", "KILL", "ID", client.id}, deadline));
  }
  return {};
}

Result<SentinelSnapshot> RespClient::SentinelMaster(const std::string& name, Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"SENTINEL", "MASTER", name}, deadline));
  return ReadSentinelReply(reply);
}

Result<std::vector<SentinelPeer>> RespClient::SentinelReplicas(const std::string& name,
                                                               Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"SENTINEL", "REPLICAS", name}, deadline));
  return ToPeers(reply);
}

Result<std::vector<SentinelPeer>> RespClient::SentinelSentinels(const std::string& name,
                                                                Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, Ask({"SENTINEL", "SENTINELS", name}, deadline));
  return ToPeers(reply);
}

Status RespClient::SentinelFailover(const std::string& name, Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"SENTINEL", "FAILOVER", name}, deadline));
  return {};
}

Status RespClient::SentinelPeriods(Milliseconds info, Milliseconds publish, Milliseconds ping,
                                   Deadline deadline) {
  ASSIGN_OR_RETURN(
      [[maybe_unused]] const Reply reply,
      Ask({"SENTINEL", "DEBUG", "INFO-PERIOD", std::to_string(info.count()), "PUBLISH-PERIOD",
           std::to_string(publish.count()), "PING-PERIOD", std::to_string(ping.count())},
          deadline));
  return {};
}

Status RespClient::SentinelFlushConfig(Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply, Ask({"SENTINEL", "FLUSHCONFIG"}, deadline));
  return {};
}

Result<ConfigFields> RespClient::ConfigGet(const std::vector<std::string>& names,
                                           Deadline deadline) {
  std::vector<std::string> words{"CONFIG", "GET"};
  words.insert(words.end(), names.begin(), names.end());
  ASSIGN_OR_RETURN(const Reply reply, Ask(words, deadline));
  return ToFields(reply);
}

Status RespClient::ConfigSet(const std::string& name, const std::string& value, Deadline deadline) {
  ASSIGN_OR_RETURN([[maybe_unused]] const Reply reply,
                   Ask({"CONFIG", "SET", name, value}, deadline));
  return {};
}

}  // namespace bowline
