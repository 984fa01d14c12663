// The start guard at work on the dataset's files.

#include "apply/common/dataset_io.h"
#include "apply/common/dataset_repair.h"
#include "apply/common/guard.h"
#include "apply/common/kept_dataset.h"
#include "apply/common/mode_driver.h"
#include "apply/common/volume_io.h"
#include "plan/common/declared_volume.h"

namespace bowline {
namespace {

constexpr Milliseconds kFilesLook{5000};

}  // namespace

void Guard::TidyVolume() {
  DropExpiredCopies(settings_.paths().data, events_);
  const Leftovers leftovers = DeleteLeftovers(settings_.paths().data);
  if (leftovers.names.empty()) return;
  events_.Emit("LeftoversDeleted",
               std::format("{} files of {} bytes that no process had finished are deleted from the "
                           "volume: {}",
                           leftovers.names.size(), leftovers.bytes, leftovers.names.front()));
}

Status Guard::JudgeOwnVolume() {
  const auto directives = LoadEngineDirectives(settings_.paths());
  const auto files = ReadVolume(settings_.paths().data, AppendOnly(directives.value_or("")));
  if (!files) return FailWith(files, "reading the volume");
  const Identity expected{.installation = volume_.state.identity.installation,
                          .name_space = settings_->name_space,
                          .release = settings_->release};
  volume_ = JudgeVolume(*files, expected, self_, driver_.rules());
  // With API rights the gate has asked, and a person may have confirmed the change.
  if (settings_->record.empty() && volume_.kind != VolumeKind::kRefused) {
    const auto against = AgainstDeclared(volume_, {.layout = settings_->layout,
                                                   .engine = settings_->EngineName(),
                                                   .mode = settings_->ModeName()});
    if (against) volume_ = RefuseVolume(std::move(volume_), *against);
  }
  if (!volume_.damage) volume_.damage = damage_;
  return {};
}

Status Guard::LookAtFilesAgain() {
  const bool ask = volume_.dataset.action == DatasetAction::kAsk;
  const bool damaged = volume_.damage && !volume_.damage->CanBeCut();
  if ((!ask && !damaged) || Since(judged_) < kFilesLook) return {};
  judged_ = std::chrono::steady_clock::now();
  const DatasetPlan before = volume_.dataset;
  RETURN_IF_ERROR(JudgeOwnVolume());
  const DatasetPlan& now = volume_.dataset;
  if (now.bytes == before.bytes && now.modified == before.modified) return {};
  damage_.reset();
  RETURN_IF_ERROR(JudgeOwnVolume());
  live_.SetVolume(volume_);
  return SettleDataset();
}

Status Guard::Mend(const StartPlan& plan) {
  if (!plan.mend || !volume_.damage) return {};
  const DatasetDamage damage = *volume_.damage;
  if (damage.CanBeCut()) {
    ASSIGN_OR_RETURN(const std::string kept, CutLog(settings_.paths().data, damage));
    events_.Emit("DatasetTruncated",
                 std::format("{}: its last {} bytes are dropped{}", damage.what, damage.lost,
                             kept.empty() ? " (they were zeros)" : ", and kept in " + kept),
                 true);
  } else {
    ASSIGN_OR_RETURN(const std::string kept, SetDatasetAside(settings_.paths().data));
    volume_.kind = VolumeKind::kEmptied;
    events_.Emit("DatasetKept",
                 std::format("{}: this member's dataset is kept in {} of its volume for a day, and "
                             "another one is copied from the primary",
                             damage.what, kept),
                 true);
  }
  damage_.reset();
  // What was cut is taken for intact again when the member leads or has copied from its primary.
  if (!damage.CanBeCut()) volume_.damage.reset();
  live_.SetVolume(volume_);
  return {};
}

Status Guard::SettleDataset() {
  if (!self_.HoldsData() || volume_.kind == VolumeKind::kRefused) return {};
  const DatasetPlan found = volume_.dataset;
  if (found.reason.empty()) return {};
  if (found.action != DatasetAction::kAdoptDump) {
    events_.Emit("DatasetFilesUnexpected", found.reason, true);
    return {};
  }
  ASSIGN_OR_RETURN(const DatasetFiles files, ReadDataset(settings_.paths().data));
  bool drop_log = true;
  if (HoldsLog(files)) {
    ASSIGN_OR_RETURN(drop_log, KeepDatasetAndTell(settings_.paths().data, found.reason, events_));
  }
  // Replication had gone on since the dump: what the position claims, the dump has not.
  if (volume_.position) SavePosition(settings_.paths().data, {.epoch = volume_.position->epoch});
  RETURN_IF_ERROR(AdoptDump(settings_.paths().data, files, drop_log));
  events_.Emit("DatasetAdopted",
               std::format("{}: it is loaded as the base of the append-only files ({} bytes)",
                           found.reason, found.bytes));
  return JudgeOwnVolume();
}

}  // namespace bowline
