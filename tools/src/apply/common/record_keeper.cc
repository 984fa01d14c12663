#include "apply/common/record_keeper.h"

#include "apply/common/record.h"
#include "sys/log.h"

namespace bowline {
namespace {

Status Keep(const Settings& settings, const std::string& installation) {
  const auto present = ReadRecord(settings);
  // Whoever has deleted the object is told by `bowline check` how to make it.
  if (!present && present.error().code == Code::kNotFound) return {};
  if (!present) return std::unexpected(present.error());
  if (!present->empty()) return {};
  RETURN_IF_ERROR(FoundInRecord(settings, installation));
  LogWarning("the installation record was empty: its id is written again",
             {{"record", settings.record}, {"installation", installation}});
  return {};
}

}  // namespace

RecordKeeper::RecordKeeper(const Settings& settings, MemberName self, Milliseconds between)
    : between_(between), looked_(std::chrono::steady_clock::now() - between) {
  if (settings.record.empty() || settings.layout.Members().front() != self) return;
  sender_.emplace("the installation record", Milliseconds(0),
                  [settings](const Asked& asked) { return Keep(settings, asked.first); });
}

void RecordKeeper::Look(const std::string& installation) {
  if (!sender_ || installation.empty() || Since(looked_) < between_) return;
  looked_ = std::chrono::steady_clock::now();
  sender_->Set({installation, ++count_});
}

}  // namespace bowline
