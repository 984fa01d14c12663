#include "apply/common/password_watch.h"

#include <algorithm>
#include <utility>

#include "base/parse.h"
#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{1000};
constexpr Milliseconds kCall{2000};
// Longer than a member that waits for its process takes to tell its report all the same.
constexpr Milliseconds kAsk{1000};
// While nothing is about to happen. A former password ends no later than its time and this.
constexpr Milliseconds kSlowAsk{10'000};
constexpr Milliseconds kUseAgain{10'000};
constexpr Milliseconds kLetInAgain{30'000};  // users that were refused, and what nobody has told
constexpr Milliseconds kForeignLook{30'000};
constexpr Milliseconds kPatience{120'000};  // with members that are behind, until it is told

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

/// kFailedPrecondition: the process refuses its rights.
Status LetInOne(RespClient& process, const Account& account, const EngineSecrets& secrets,
                Deadline deadline) {
  Status set;
  for (const std::vector<std::string>& command : LetInCommands(account, secrets)) {
    const auto answer = process.Ask(command, deadline);
    if (answer) return {};
    set = std::unexpected(answer.error());
    if (answer.error().code != Code::kFailedPrecondition) break;
  }
  return set;
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

PasswordWatch::PasswordWatch(Lane& lane, Member member, Process process)
    : member_(member),
      process_(std::move(process)),
      step_(lane, "passwords", [this] { return Look(); }) {}

Milliseconds PasswordWatch::Look() {
  const bool auth = member_.settings->auth;
  Status done;
  if (auth) done = Follow();
  if (auth && done) done = Rotate();
  if (done) done = LookForForeign();
  // A process that has just been started does not answer yet.
  const bool starts = !done && !let_in_ && !looked_ && done.error().code == Code::kUnavailable;
  const std::string failed = done || starts ? "" : done.error().ToString();
  if (std::exchange(failed_, failed) != failed && !failed.empty()) {
    LogWarning("passwords and users are not followed yet", {{"err", failed}});
  }
  return !auth && looked_ ? kForeignLook : kLook;
}

Status PasswordWatch::Follow() {
  const EngineSecrets used = member_.settings.Secrets();
  EngineSecrets mounted = member_.settings.MountedSecrets();
  if (mounted.SameAs(used)) {
    // The process was started without the users that no gate has tried.
    const bool again = !let_in_ || (!refused_.empty() && Since(*let_in_) > kLetInAgain);
    return again ? LetIn(used) : Status();
  }
  const EngineSecrets next = Succeed(used, std::move(mounted));
  RETURN_IF_ERROR(LetIn(next));
  Keep(next);
  asked_.reset();
  if (used.users != next.users || used.default_user != next.default_user) TellUsers(next);
  if (used.SamePasswordsAs(next)) return {};
  behind_since_.reset();
  told_behind_ = false;
  member_.events.Emit(
      "PasswordsChanged",
      std::format("the Secret's new passwords are let in. The former ones stay valid until {} s "
                  "after all members use the new ones",
                  member_.settings->keep_old_password_seconds));
  return {};
}

RotationLook PasswordWatch::Ask(EngineSecrets& secrets) {
  RotationLook look{
      .now = UnixSeconds(), .keep_for = member_.settings->keep_old_password_seconds, .told = {}};
  std::vector<MemberName> others = member_.settings->layout.Members();
  std::erase(others, member_.self);
  const Reports reports = member_.peers.GatherOf(member_.live.Addresses(), others,
                                                 Deadline::In(kAsk), PeerViews::kUnread);
  for (const MemberName other : others) {
    const auto report = reports.find(other);
    if (report == reports.end()) {
      const auto heard = heard_.try_emplace(other, began_).first;
      look.told[other].silent_for = std::max(Since(heard->second), Milliseconds(1));
      continue;
    }
    heard_[other] = Clock::now();
    look.told[other] = {.digest = report->second.passwords,
                        .without_users = report->second.passwords_without_users,
                        .uses = report->second.passwords_used,
                        .waits = report->second.passwords_wait};
    if (!settled_) (void)Adopt(secrets, report->second.outgoing, look.now);
  }
  asked_ = Clock::now();
  return look;
}

Status PasswordWatch::Rotate() {
  EngineSecrets secrets = member_.settings.Secrets();
  const bool idle = settled_ && !secrets.spreading && secrets.outgoing.empty();
  const bool soon = !settled_ || secrets.spreading ||
                    std::ranges::any_of(secrets.outgoing, [](const OutgoingPassword& outgoing) {
                      return outgoing.ends - UnixSeconds() < kSlowAsk / Milliseconds(1000);
                    });
  if (idle || (!soon && asked_ && Since(*asked_) < kSlowAsk)) return {};
  const std::vector<OutgoingPassword> before = secrets.outgoing;
  const RotationLook look = Ask(secrets);
  RotationStep step = PlanRotation(secrets, look);
  settled_ = settled_ || step.behind.empty();
  TellBehind(step.behind);
  if (step.seen_behind != waits_) {
    waits_ = step.seen_behind;
    member_.live.SetPasswords(secrets, waits_);
  }
  if (secrets.spreading && step.behind.empty()) RETURN_IF_ERROR(Use(secrets));
  secrets.outgoing = std::move(step.outgoing);
  if (secrets.outgoing == before) return {};
  // Another end alone changes nothing in the process.
  const bool same = std::ranges::equal(secrets.outgoing, before, {}, &OutgoingPassword::hash,
                                       &OutgoingPassword::hash);
  if (!same) RETURN_IF_ERROR(LetIn(secrets));
  ForgetEnded(secrets);
  Keep(secrets);
  if (step.ended) member_.events.Emit("PasswordsEnded", "former passwords are no longer valid");
  return {};
}

Status PasswordWatch::LetIn(const EngineSecrets& secrets) {
  const Deadline deadline = Deadline::In(kCall);
  const EngineSecrets used = member_.settings.Secrets();
  ASSIGN_OR_RETURN(RespClient process, process_.connect(used, deadline));
  const std::vector<Account> accounts = process_.accounts(secrets);
  std::string refused;
  for (const Account& account : accounts) {
    const Status set = LetInOne(process, account, secrets, deadline);
    if (set) continue;
    if (!account.of_user || set.error().code != Code::kFailedPrecondition) {
      return FailWith(set, "account " + account.name);
    }
    refused += (refused.empty() ? "" : "; ") + account.name + ": " + set.error().message;
  }
  for (const Account& former : process_.accounts(used)) {
    if (std::ranges::contains(accounts, former.name, &Account::name)) continue;
    const auto gone = process.Ask({"ACL", "DELUSER", former.name}, deadline);
    if (!gone) return FailWith(gone, "account " + former.name);
  }
  EngineSecrets alone = secrets;
  alone.former.clear();
  const auto tried = process_.connect(alone, deadline);
  if (!tried) return FailWith(tried, "with the new passwords");
  let_in_ = Clock::now();
  TellRefused(refused);
  return {};
}

Status PasswordWatch::Use(EngineSecrets& secrets) {
  if (tried_ && Since(*tried_) < kUseAgain) return {};
  tried_ = Clock::now();
  const Deadline deadline = Deadline::In(kCall);
  ASSIGN_OR_RETURN(RespClient process, process_.connect(secrets, deadline));
  for (const std::vector<std::string>& command : process_.use(secrets)) {
    const auto done = process.Ask(command, deadline);
    if (!done) return FailWith(done, "logging in with the new passwords from now on");
  }
  LogInfo("all members have the passwords: they are used from now on");
  tried_.reset();
  secrets.spreading = false;
  Keep(secrets);
  return {};
}

Status PasswordWatch::LookForForeign() {
  if (looked_ && Since(*looked_) < kForeignLook) return {};
  const EngineSecrets secrets = member_.settings.Secrets();
  const std::vector<Account> accounts = process_.accounts(secrets);
  if (accounts.empty()) return {};
  const Deadline deadline = Deadline::In(kCall);
  ASSIGN_OR_RETURN(RespClient process, process_.connect(secrets, deadline));
  RETURN_IF_ERROR(foreign_.Look(process, accounts, deadline));
  looked_ = Clock::now();
  return {};
}

void PasswordWatch::Keep(const EngineSecrets& secrets) {
  SaveKept(member_.settings.paths().data, secrets);
  member_.settings.UseSecrets(secrets);
  member_.live.SetPasswords(secrets, waits_);
}

void PasswordWatch::TellRefused(const std::string& refused) {
  if (refused == refused_) return;
  refused_ = refused;
  member_.configuration.SetUsersRefused(refused);
  if (refused.empty()) return;
  member_.events.Emit("UsersRefused",
                      "the process refuses a user, which keeps what it had: " + refused +
                          ". Correct auth.users and upgrade again",
                      true);
}

void PasswordWatch::TellUsers(const EngineSecrets& secrets) {
  std::vector<std::string> names;
  if (secrets.default_user) names.emplace_back("default");
  for (const DeclaredUser& user : secrets.users.All()) names.push_back(user.name);
  member_.events.Emit("UsersChanged", "clients may log in as " + Join(names));
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
  member_.events.Emit(
      "PasswordsWait",
      std::format("not known to have the Secret's passwords: {}. The former ones stay valid, and "
                  "the members use them. To end this restart them: kubectl delete pod -n {} {}",
                  Join(behind), member_.settings->name_space,
                  member_.settings->PodOf(behind.front())),
      true);
}

}  // namespace bowline
