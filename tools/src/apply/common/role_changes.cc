#include "apply/common/role_changes.h"

#include "sys/deadline.h"
#include "sys/files.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr const char* kFile = "role-changes.json";
constexpr std::size_t kLimit = 4096;

}  // namespace

RoleChanges::RoleChanges(const std::filesystem::path& run, LiveState& live)
    : file_(run / kFile), live_(live) {
  const auto text = ReadFile(file_, kLimit);
  auto read = text ? RoleBudget::Parse(*text) : std::unexpected(text.error());
  if (read) {
    budget_ = *std::move(read);
  } else if (read.error().code != Code::kNotFound) {
    LogWarning("the changes of the lead before this start are not known",
               {{"err", read.error().ToString()}});
  }
  live_.SetRoleChanges(budget_);
}

void RoleChanges::Count() {
  budget_.Count(Since({}));
  Keep();
}

void RoleChanges::CountAtStart() {
  budget_.CountAtStart(Since({}));
  Keep();
}

void RoleChanges::Started() {
  if (!budget_.HandedOver()) return;
  budget_.Started();
  Keep();
}

void RoleChanges::Keep() {
  live_.SetRoleChanges(budget_);
  const Status kept = ReplaceFileUnsynced(file_, budget_.Print(), 0600);
  if (!kept) LogWarning("cannot keep a change of the lead", {{"err", kept.error().ToString()}});
}

}  // namespace bowline
