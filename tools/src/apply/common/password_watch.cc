#include "apply/common/password_watch.h"

#include <algorithm>
#include <utility>

#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{1000};
constexpr Milliseconds kCall{500};
constexpr Milliseconds kAsk{500};
// While nothing is about to happen. A former password ends no later than its time and this.
constexpr Milliseconds kSlowAsk{10'000};
// Whoever has lost its volume learns in this time what goes out.
constexpr Milliseconds kSettle{30'000};
constexpr Milliseconds kPatience{120'000};  // with members that are behind, until it is told

constexpr Milliseconds kForeignLook{30'000};

constexpr const char* kKept = "bowline-passwords.json";

std::optional<KeptPasswords> LoadKept(const std::filesystem::path& data) {
  const auto text = ReadFile(data / kKept);
  if (!text) return std::nullopt;
  auto kept = ParseKeptPasswords(*text);
  if (kept) return *std::move(kept);
  LogWarning("the kept passwords cannot be read: former ones are not let in",
             {{"err", kept.error().ToString()}});
  return std::nullopt;
}

void SaveKept(const std::filesystem::path& data, const EngineSecrets& secrets) {
  const std::string text = PrintKeptPasswords(Keep(secrets));
  const auto present = ReadFile(data / kKept);
  if (present && *present == text) return;
  const Status saved = WriteFileAtomic(data / kKept, text, 0600);
  if (!saved) LogWarning("cannot keep the passwords", {{"err", saved.error().ToString()}});
}

}  // namespace

void SettlePasswords(LiveSettings& settings, LiveState& live) {
  if (!settings->auth) return;
  EngineSecrets secrets = Succeed(settings.Secrets(), settings.MountedSecrets());
  const auto kept = LoadKept(settings.paths().data);
  if (kept) Restore(secrets, *kept, UnixSeconds());
  SaveKept(settings.paths().data, secrets);
  live.SetPasswords(secrets);
  settings.UseSecrets(std::move(secrets));
}

PasswordWatch::PasswordWatch(Lane& lane, LiveSettings& settings, MemberName self, Process process,
                             LiveState& live, EventSink& events, Peers& peers)
    : settings_(settings),
      self_(self),
      process_(std::move(process)),
      live_(live),
      events_(events),
      peers_(peers),
      step_(lane, "passwords", [this] { return Look(); }) {}

Milliseconds PasswordWatch::Look() {
  if (!settings_->auth) return kUntilWoken;
  Status done = Follow();
  if (done) done = Rotate();
  if (done) done = LookForForeign();
  const std::string failed = done ? "" : done.error().ToString();
  if (std::exchange(failed_, failed) != failed && !done) {
    LogWarning("the passwords are not changed yet", {{"err", failed}});
    if (done.error().code == Code::kFailedPrecondition) {
      events_.Emit("UsersRefused",
                   "the process refuses an account, and the former ones hold: " + failed +
                       ". Correct auth.users and upgrade again",
                   true);
    }
  }
  return kLook;
}

Status PasswordWatch::Follow() {
  const EngineSecrets used = settings_.Secrets();
  EngineSecrets mounted = settings_.MountedSecrets();
  if (mounted.SameAs(used)) return {};
  const EngineSecrets next = Succeed(used, std::move(mounted));
  RETURN_IF_ERROR(LetIn(next));
  Keep(next);
  uses_ = false;
  behind_since_.reset();
  told_behind_ = false;
  asked_.reset();
  events_.Emit("PasswordsChanged",
               std::format("the Secret's new passwords are let in. The former ones stay valid until "
                           "{} s after all members have the new ones",
                           settings_->keep_old_password_seconds));
  return {};
}

RotationLook PasswordWatch::Ask(EngineSecrets& secrets) {
  RotationLook look{.now = UnixSeconds(), .keep_for = settings_->keep_old_password_seconds, .told = {}};
  std::vector<MemberName> others = settings_->layout.Members();
  std::erase(others, self_);
  const Reports reports =
      peers_.GatherOf(live_.Addresses(), others, Deadline::In(kAsk), PeerViews::kUnread);
  for (const auto& [member, report] : reports) {
    look.told[member] = report.passwords;
    if (!settled_) (void)Adopt(secrets, report.outgoing, look.now);
  }
  asked_ = Clock::now();
  return look;
}

Status PasswordWatch::Rotate() {
  EngineSecrets secrets = settings_.Secrets();
  const bool idle = settled_ && uses_ && secrets.outgoing.empty();
  const bool soon = !settled_ || !uses_ ||
                    std::ranges::any_of(secrets.outgoing, [](const OutgoingPassword& outgoing) {
                      return outgoing.ends - UnixSeconds() < kSlowAsk / Milliseconds(1000);
                    });
  if (idle || (!soon && asked_ && Since(*asked_) < kSlowAsk)) return {};
  const std::vector<OutgoingPassword> before = secrets.outgoing;
  const RotationLook look = Ask(secrets);
  RotationStep step = PlanRotation(secrets, look);
  TellBehind(step.behind);
  if (!uses_ && step.behind.empty()) {
    RETURN_IF_ERROR(Use(secrets));
    uses_ = true;
  }
  settled_ = settled_ || Since(began_) > kSettle ||
             (step.behind.empty() && (!look.told.empty() || settings_->layout.Members().size() == 1));
  secrets.outgoing = std::move(step.outgoing);
  if (secrets.outgoing == before) return {};
  if (secrets.outgoing.empty()) secrets.former.clear();
  RETURN_IF_ERROR(LetIn(secrets));
  Keep(secrets);
  if (step.ended) events_.Emit("PasswordsEnded", "former passwords are no longer valid");
  return {};
}

Status PasswordWatch::LetIn(const EngineSecrets& secrets) {
  const Deadline deadline = Deadline::In(kCall);
  ASSIGN_OR_RETURN(RespClient process, process_.connect(settings_.Secrets(), deadline));
  const std::vector<Account> accounts = process_.accounts(secrets);
  for (const Account& account : accounts) {
    const auto set = process.Ask(LetInCommand(account, secrets), deadline);
    if (!set) return FailWith(set, "account " + account.name);
  }
  for (const Account& former : process_.accounts(settings_.Secrets())) {
    if (std::ranges::contains(accounts, former.name, &Account::name)) continue;
    const auto gone = process.Ask({"ACL", "DELUSER", former.name}, deadline);
    if (!gone) return FailWith(gone, "account " + former.name);
  }
  EngineSecrets alone = secrets;
  alone.former.clear();
  const auto tried = process_.connect(alone, deadline);
  if (!tried) return FailWith(tried, "with the new passwords");
  return {};
}

Status PasswordWatch::Use(const EngineSecrets& secrets) {
  const Deadline deadline = Deadline::In(kCall);
  ASSIGN_OR_RETURN(RespClient process, process_.connect(secrets, deadline));
  for (const std::vector<std::string>& command : process_.use(secrets)) {
    const auto done = process.Ask(command, deadline);
    if (!done) return FailWith(done, "logging in with the new passwords from now on");
  }
  LogInfo("all members have the passwords: they are used from now on");
  return {};
}

Status PasswordWatch::LookForForeign() {
  if (looked_ && Since(*looked_) < kForeignLook) return {};
  looked_ = Clock::now();
  const EngineSecrets secrets = settings_.Secrets();
  const std::vector<Account> accounts = process_.accounts(secrets);
  if (accounts.empty()) return {};
  const Deadline deadline = Deadline::In(kCall);
  ASSIGN_OR_RETURN(RespClient process, process_.connect(secrets, deadline));
  ASSIGN_OR_RETURN(std::vector<std::string> users, process.Users(deadline));
  std::erase_if(users, [&](const std::string& user) {
    return std::ranges::contains(accounts, user, &Account::name);
  });
  live_.SetForeignUsers(std::move(users));
  return {};
}

void PasswordWatch::Keep(const EngineSecrets& secrets) {
  SaveKept(settings_.paths().data, secrets);
  settings_.UseSecrets(secrets);
  live_.SetPasswords(secrets);
}

void PasswordWatch::TellBehind(const std::vector<MemberName>& behind) {
  if (behind.empty()) {
    behind_since_.reset();
    told_behind_ = false;
    return;
  }
  if (!behind_since_) behind_since_ = Clock::now();
  if (told_behind_ || Since(*behind_since_) < kPatience) return;
  told_behind_ = true;
  events_.Emit("PasswordsWait",
               std::format("{} do not have the Secret's passwords: the former ones stay valid, and "
                           "the members use them. To end this restart them: kubectl delete pod -n "
                           "{} {}",
                           Join(behind), settings_->name_space, settings_->PodOf(behind.front())),
               true);
}

}  // namespace bowline
