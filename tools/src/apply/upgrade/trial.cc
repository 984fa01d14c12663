#include "apply/upgrade/trial.h"

#include <csignal>
#include <functional>
#include <optional>
#include <variant>

#include "base/timing.h"
#include "model/info.h"
#include "plan/rules.h"
#include "plan/sentinel/sentinel_conf.h"
#include "sys/child.h"
#include "sys/files.h"

namespace bowline {
namespace {

namespace fs = std::filesystem;

constexpr Milliseconds kLook{10};
constexpr std::size_t kLogLimit = 1U << 20U;
constexpr const char* kNobody = "0123456789abcdef0123456789abcdef";

/// What is tried: an engine as a server, or as a sentinel.
struct Subject {
  std::string name;        ///< of its files
  std::string values;      ///< of the map that its directives come from
  std::string directives;  ///< of the user
  std::function<Result<std::string>(const std::string& directives)> render;
  std::vector<std::string> arguments;  ///< after the file
  Credentials login;
};

using InfoFields = std::map<std::string, std::string, std::less<>>;

/// Of an engine that has answered.
struct Answer {
  InfoFields info;                  ///< INFO server
  std::vector<Complaint> unheeded;  ///< lines that it has taken and does not know
};

/// What it has answered, or how it has ended.
using Outcome = std::variant<Answer, ChildExit, Error>;

fs::path FileOf(const Paths& paths, const Subject& subject, const char* suffix) {
  return paths.run / (subject.name + suffix);
}

std::string LogOf(const Paths& paths, const Subject& subject) {
  return ReadBeginning(FileOf(paths, subject, ".log"), kLogLimit).value_or(std::string());
}

/// The lines about directives that CONFIG GET does not know. A sentinel has no CONFIG GET, and
/// users may take it from the account: then nothing is said.
Result<std::vector<Complaint>> Unheeded(RespClient& engine, const std::string& directives,
                                        Deadline deadline) {
  std::vector<Complaint> unheeded;
  for (const TellableLine& tellable : TellableLines(directives)) {
    const auto known = engine.ConfigGet({tellable.name}, deadline);
    if (!known && known.error().code == Code::kFailedPrecondition) return unheeded;
    if (!known && known.error().code == Code::kPermissionDenied) return unheeded;
    if (!known) return std::unexpected(known.error());
    if (known->empty()) unheeded.push_back(WithoutEffect(tellable.line));
  }
  return unheeded;
}

Result<Answer> AskEngine(const fs::path& socket, const Credentials& login,
                         const std::string& directives, Deadline deadline) {
  ASSIGN_OR_RETURN(RespClient engine, RespClient::ConnectLocal(socket, login, deadline));
  ASSIGN_OR_RETURN(const Reply info, engine.Ask({"INFO", "server"}, deadline));
  Answer answer{.info = ParseInfo(info.text), .unheeded = {}};
  ASSIGN_OR_RETURN(answer.unheeded, Unheeded(engine, directives, deadline));
  return answer;
}

/// Waits until the process answers or has ended.
Outcome Watch(pid_t child, const fs::path& socket, const Credentials& login,
              const std::string& directives, Deadline deadline) {
  while (true) {
    if (const auto ended = Reap(child)) return *ended;
    auto answer = AskEngine(socket, login, directives, deadline);
    if (answer) return *std::move(answer);
    if (!deadline.Sleep(kLook)) {
      return Error{.code = Code::kDeadlineExceeded, .message = answer.error().message};
    }
  }
}

/// What it writes is not wanted: no time for an orderly end.
void End(pid_t child) {
  SignalChild(child, SIGKILL);
  const Deadline deadline = Deadline::In(kTrialEnd);
  while (!Reap(child) && deadline.Sleep(kLook)) {
  }
}

bool IsAbsent(const Error& error) {
  return error.code == Code::kNotFound || error.code == Code::kPermissionDenied;
}

/// One start with these directives. An error as outcome: no such program, or no answer.
Result<Outcome> StartOnce(const Settings& settings, const Paths& paths, const Subject& subject,
                          const std::string& directives, Deadline deadline) {
  const fs::path socket = FileOf(paths, subject, ".sock");
  const fs::path conf = FileOf(paths, subject, ".conf");
  ASSIGN_OR_RETURN(std::string text, subject.render(directives));
  text += std::format("bind 127.0.0.1\nport 0\nunixsocket {}\n", QuoteConf(socket.string()));
  RETURN_IF_ERROR(ReplaceFileUnsynced(conf, text, 0600));
  std::vector<std::string> argv{settings.EngineProgram(), conf};
  argv.insert(argv.end(), subject.arguments.begin(), subject.arguments.end());
  const auto child = Spawn(argv, FileOf(paths, subject, ".log"));
  if (!child && IsAbsent(child.error())) return Outcome(child.error());
  if (!child) return std::unexpected(child.error());
  Outcome outcome = Watch(*child, socket, subject.login, directives, deadline);
  if (!std::holds_alternative<ChildExit>(outcome)) End(*child);
  return outcome;
}

void TellAnswer(const Answer& answer, const Subject& subject, EngineTrial& trial) {
  const InfoFields& info = answer.info;
  const auto valkey = info.find("valkey_version");
  const auto redis = info.find("redis_version");
  trial.engine = valkey == info.end() ? "redis" : "valkey";
  if (valkey != info.end()) trial.version = valkey->second;
  if (valkey == info.end() && redis != info.end()) trial.version = redis->second;
  for (const Complaint& complaint : answer.unheeded) {
    trial.refused.push_back({.value = ValueOf(complaint, subject.directives, subject.values, {}),
                             .complaint = complaint});
  }
}

/// What it has said about lines of its file. The next directives to try; nothing: there are none.
std::optional<std::string> TellEnd(const ChildExit& ended, const std::string& log,
                                   const Subject& subject, const std::string& directives,
                                   EngineTrial& trial) {
  const std::vector<Complaint> complaints = ReadComplaints(log);
  for (const Complaint& complaint : complaints) {
    trial.refused.push_back(
        {.value = ValueOf(complaint, directives, subject.values, subject.arguments),
         .complaint = complaint});
  }
  if (complaints.empty()) {
    // Nobody else kills it: where the kernel kills one process alone, that is for its memory.
    trial.end = ended.signal == SIGKILL ? TrialEnd::kKilled : TrialEnd::kEnded;
    trial.what = std::format("{}: {}", ended.ToString(), LastLines(log));
    return std::nullopt;
  }
  std::string rest = Without(directives, complaints);
  if (rest != Without(directives, {})) return rest;
  trial.end = TrialEnd::kRefused;
  return std::nullopt;
}

/// Again and again, each time without the lines that were refused, so that all are found.
Status TrySubject(const Settings& settings, const Paths& paths, const Subject& subject,
                  Deadline deadline, EngineTrial& trial) {
  std::optional<std::string> directives = subject.directives;
  while (directives) {
    ASSIGN_OR_RETURN(const Outcome outcome, StartOnce(settings, paths, subject, *directives,
                                                      deadline.Within(kTrialAnswer)));
    if (const auto* ended = std::get_if<ChildExit>(&outcome)) {
      directives = TellEnd(*ended, LogOf(paths, subject), subject, *directives, trial);
      continue;
    }
    if (const auto* answer = std::get_if<Answer>(&outcome)) {
      TellAnswer(*answer, subject, trial);
      return {};
    }
    const Error& error = std::get<Error>(outcome);
    const bool absent = IsAbsent(error);
    trial.end = absent ? TrialEnd::kNoProgram : TrialEnd::kSilent;
    trial.what = absent ? error.message
                        : std::format("{}: {}", error.message, LastLines(LogOf(paths, subject)));
    return {};
  }
  return {};
}

/// The declared users, each password of a Secret replaced: it is not here, and the engine minds
/// rules alone.
Result<DeclaredUsers> LoadTriedUsers(const Paths& paths) {
  const auto text = ReadFile(paths.config.parent_path() / "users.json", kConfigLimit);
  if (!text && text.error().code == Code::kNotFound) return DeclaredUsers{};
  if (!text) return FailWith(text, "users");
  return ParseUsers(*text, [](const std::string&) { return Result<std::string>("tried"); });
}

/// Everybody is on this machine, each at an address of its own.
AddressBook Nowhere(const Settings& settings) {
  AddressBook addresses;
  int next = 1;
  for (const MemberName member : settings.layout.Members()) {
    addresses[member] = {.ip = std::format("127.0.{}.{}", next / 200, next % 200 + 1),
                         .port = settings.PortOf(member),
                         .bus_port = settings.ports.bus};
    ++next;
  }
  return addresses;
}

}  // namespace

Result<EngineTrial> TryEngine(const Settings& declared, const Paths& paths,
                              const std::vector<std::string>& engine_arguments, Deadline deadline) {
  Settings settings = declared;
  settings.tls = {};  // the certificate is not here
  const AddressBook addresses = Nowhere(settings);
  const MemberName first = settings.layout.Members().front();
  const Identity identity{
      .installation = kNobody, .name_space = settings.name_space, .release = settings.release};
  EngineSecrets secrets{.password = "tried", .replication_password = "copied", .peer_key = ""};
  ASSIGN_OR_RETURN(secrets.users, LoadTriedUsers(paths));
  EngineTrial trial;
  Subject server{.name = "server", .values = "config", .arguments = engine_arguments};
  ASSIGN_OR_RETURN(server.directives, LoadEngineDirectives(paths));
  server.render = [&](const std::string& directives) {
    return RenderEngineConf({.settings = settings,
                             .secrets = secrets,
                             .identity = identity,
                             .self = first,
                             .announced = addresses.at(first),
                             .user_directives = directives,
                             .data_directory = paths.data},
                            RulesOf(settings.layout));
  };
  if (settings.auth) server.login = LoginOf(secrets);
  RETURN_IF_ERROR(TrySubject(settings, paths, server, deadline, trial));
  if (settings.layout.sentinels == 0 || trial.end != TrialEnd::kAnswered) return trial;

  Subject sentinel{.name = "sentinel", .values = "sentinel.config", .arguments = {"--sentinel"}};
  ASSIGN_OR_RETURN(sentinel.directives, ReadFile(paths.sentinel_directives, kConfigLimit));
  sentinel.render = [&](const std::string& directives) {
    return RenderSentinelConf({.settings = settings,
                               .secrets = secrets,
                               .identity = identity,
                               .self = settings.layout.Sentinels().front(),
                               .addresses = addresses,
                               .primary = first,
                               .epochs = {},
                               .user_directives = directives,
                               .data_directory = paths.data});
  };
  sentinel.login = SentinelLoginOf(settings, secrets);
  RETURN_IF_ERROR(TrySubject(settings, paths, sentinel, deadline, trial));
  return trial;
}

}  // namespace bowline
