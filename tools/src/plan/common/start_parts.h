#pragma once
// What the start decisions of all modes share: who was heard, who holds data, and what a member
// does that leads. For the start decisions alone.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/common/start.h"

namespace bowline {

/// What comes before the question of who leads: a volume that is refused, two installations that
/// meet, an installation that is not known yet. Empty: go on.
std::optional<StartPlan> PlanInstallation(const StartInput& input);

/// Stands for a member that is not heard and that a person says not to wait for. A member's own
/// report always names its pod.
bool IsGivenUp(const Report& report);

StartPlan Wait(std::string reason);
StartPlan Refuse(std::string reason);

/// Of these members, those other than ourselves whose report is not there.
std::vector<MemberName> Silent(const StartInput& input, const std::vector<MemberName>& of);
/// Of these members, those other than ourselves that hold data.
std::vector<MemberName> Holders(const StartInput& input, const std::vector<MemberName>& of);
/// Who has lived: a file from an earlier life, data, or a volume that cannot be judged.
std::vector<MemberName> Experienced(const StartInput& input, const std::vector<MemberName>& of);

/// As a replica of `view.primary`. With data here that the primary's history does not contain, a
/// copy of it is kept (rule R5).
StartPlan Follow(const StartInput& input, const ShardView& view, std::string_view why);

/// We are the shard's primary by the others' word (or by our own file) and hold nothing: a replica
/// with data must lead first. Starting empty as primary would empty every replica
/// (facts/cluster.md 4a, facts/sentinel.md 4).
StartPlan PlanLostPrimary(const StartInput& input, const ShardView& view);

/// We lead the shard, nobody leads it in our place, and our dataset is here.
StartPlan PlanPrimaryWithData(const StartInput& input, const ShardView& view);

/// May the plan be carried out with the dataset's files as they are? A member that is to lead
/// neither ignores data nor leads with a damaged dataset while an intact one exists.
StartPlan WithDataset(const StartInput& input, StartPlan plan, const ModeRules& rules);

/// Our own report, as far as the others' are compared with it.
Report OwnReport(const StartInput& input);

}  // namespace bowline
