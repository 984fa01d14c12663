#include "apply/common/foreign_users.h"

#include <filesystem>
#include <utility>

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
bool Save(const std::filesystem::path& file, const std::string& kept) {
  const auto present = ReadFile(file);
  if (present && *present == kept) return true;
  if (!present && kept.empty()) return true;
  const Status saved = WriteFileAtomic(file, kept, 0600);
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
  }
  const bool kept = keep && Save(file, found.kept);
  live_.SetForeignUsers(kept ? std::move(found.unfit) : std::move(found.names));
  return {};
}

Status ForeignUsersWatch::MakeKept(RespClient& process, const std::vector<Account>& accounts,
                                   Deadline deadline) {
  const auto kept = ReadFile(settings_.paths().data / kKept);
  if (!kept) {
    if (kept.error().code == Code::kNotFound) return {};
    return FailWith(kept, "the kept users");
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> list, AclList(process, deadline));
  for (const UserToMake& user : UsersToMake(*kept, list, accounts)) {
    const auto made = process.Ask(user.command, deadline);
    if (made) continue;
    if (made.error().code != Code::kFailedPrecondition) return FailWith(made, "user " + user.name);
    events_.Emit("UsersRefused",
                 "the process refuses a user that was made by hand, and that is kept no longer: " +
                     user.name + ": " + made.error().message,
                 true);
  }
  return {};
}

}  // namespace bowline
