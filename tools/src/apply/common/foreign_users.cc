#include "apply/common/foreign_users.h"

#include <filesystem>
#include <format>
#include <utility>

#include "apply/common/volume_io.h"
#include "base/parse.h"
#include "plan/common/foreign_users.h"
#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr const char* kKept = "bowline-users.acl";

Result<std::vector<std::string>> AclList(RespClient& process, Deadline deadline) {
  ASSIGN_OR_RETURN(const Reply reply, process.Ask({"ACL", "LIST"}, deadline));
  std::vector<std::string> lines;
  for (const Reply& item : reply.items) lines.push_back(item.text);
  return lines;
}

/// False: it cannot be kept.
bool Save(const std::filesystem::path& file, const KeptUsers& kept) {
  const auto present = ReadFile(file);
  if (!present && kept.empty()) return true;
  const std::string text = PrintKeptUsers(kept);
  if (present && *present == text) return true;
  const Status saved = WriteFileAtomic(file, text, 0600);
  if (!saved) LogWarning("cannot keep the users", {{"err", saved.error().ToString()}});
  return saved.has_value();
}

}  // namespace

Status ForeignUsersWatch::Look(RespClient& process, const std::vector<Account>& accounts,
                               Deadline deadline) {
  const std::filesystem::path file = settings_.paths().data / kKept;
  const bool keep = settings_->keep_foreign_users;
  if (keep && !made_) RETURN_IF_ERROR(MakeKept(process, accounts, deadline));
  made_ = true;  // a file from before the setting was off is gone when it is on again
  ASSIGN_OR_RETURN(const std::vector<std::string> list, AclList(process, deadline));
  ForeignUsers found = FindForeign(list, accounts);
  if (!keep) {
    std::error_code ignored;  // it is removed at the next look
    std::filesystem::remove(file, ignored);
    live_.SetForeignUsers(std::move(found.names), std::nullopt);
    return {};
  }
  const bool kept = Save(file, found.kept);
  live_.SetForeignUsers(kept ? std::move(found.unfit) : std::move(found.names),
                        DigestsOf(found.kept, settings_.Secrets().peer_key));
  return {};
}

Status ForeignUsersWatch::MakeKept(RespClient& process, const std::vector<Account>& accounts,
                                   Deadline deadline) {
  const auto text = ReadFile(settings_.paths().data / kKept);
  if (!text) {
    if (text.error().code == Code::kNotFound) return {};
    return FailWith(text, "the kept users");
  }
  const auto kept = ParseKeptUsers(*text);
  if (!kept) {
    return TellLost(
        std::format("none of the users that were made by hand comes back, as {} is "
                    "damaged ({})",
                    kKept, kept.error().message));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> list, AclList(process, deadline));
  std::string refused;
  for (const UserToMake& user : UsersToMake(*kept, list, accounts)) {
    const auto made = process.Ask(user.command, deadline);
    if (made) continue;
    if (made.error().code != Code::kFailedPrecondition) return FailWith(made, "user " + user.name);
    refused +=
        std::format("{}{}: {}", refused.empty() ? "" : "; ", user.name, made.error().message);
  }
  if (refused.empty()) return {};
  return TellLost("the process refuses users that were made by hand, which are kept no longer: " +
                  refused);
}

Status ForeignUsersWatch::TellLost(const std::string& what) {
  const auto copy = Quarantine(settings_.paths().data, kKept);
  if (!copy) return FailWith(copy, "a copy of the kept users");
  events_.Emit("UsersRefused",
               what + ". Make them again: a copy of their lines is " + copy->string(), true);
  return {};
}

}  // namespace bowline
