#include "plan/common/role_budget.h"

#include <algorithm>

#include "base/json.h"

namespace bowline {

void RoleBudget::Count(Time now) {
  changes_.push_back(now);
  if (changes_.size() > kChanges) changes_.pop_front();
}

void RoleBudget::CountAtStart(Time now) {
  if (handed_over_) Count(now);
  handed_over_ = true;
}

std::vector<std::int64_t> RoleBudget::AgesInSeconds(Time now) const {
  std::vector<std::int64_t> ages;
  for (const Time at : changes_) {
    if (at > now || at + kSpan <= now) continue;
    ages.push_back(std::chrono::duration_cast<std::chrono::seconds>(now - at).count());
  }
  std::ranges::sort(ages);
  return ages;
}

std::string RoleBudget::Print() const {
  JsonWriter json;
  json.BeginObject().Field("version", 1).Field("handedOver", handed_over_);
  json.Key("changes").BeginArray();
  for (const Time at : changes_) json.Int(at.count());
  json.EndArray().EndObject();
  return json.Take();
}

Result<RoleBudget> RoleBudget::Parse(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
  RoleBudget budget;
  ASSIGN_OR_RETURN(budget.handed_over_, document.root().GetBool("handedOver"));
  ASSIGN_OR_RETURN(const JsonView list, document.root().Get("changes"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> changes, list.AsArray());
  for (const JsonView& change : changes) {
    ASSIGN_OR_RETURN(const std::int64_t at, change.AsInt());
    budget.Count(Time(at));
  }
  return budget;
}

std::size_t RoleChangesOf(const Layout& layout, const Reports& reports, int shard) {
  constexpr std::int64_t kSeconds =
      std::chrono::duration_cast<std::chrono::seconds>(RoleBudget::kSpan).count();
  std::size_t changes = 0;
  for (const MemberName member : layout.MembersOf(shard)) {
    const auto report = reports.find(member);
    if (report == reports.end()) continue;
    changes += static_cast<std::size_t>(std::ranges::count_if(
        report->second.role_changes, [](std::int64_t age) { return age < kSeconds; }));
  }
  return changes;
}

}  // namespace bowline
