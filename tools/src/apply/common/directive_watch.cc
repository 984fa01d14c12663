#include "apply/common/directive_watch.h"

#include <utility>

#include "apply/common/context.h"
#include "plan/common/configured.h"
#include "plan/common/memory.h"
#include "sys/cgroup.h"
#include "sys/log.h"

namespace bowline {
namespace {

constexpr Milliseconds kLook{1000};
constexpr Milliseconds kCall{500};
// What was refused may be taken later: a limit of the system, a value that depends on the data.
constexpr Milliseconds kRefusedAgain{30'000};

/// Who tries new directives: the last server, which is usually a replica.
MemberName FirstToSet(const Layout& layout) {
  MemberName first;
  for (const MemberName member : layout.Members()) {
    if (member.HoldsData()) first = member;
  }
  return first;
}

std::string NamesOf(const DirectivePlan& plan) {
  std::string names;
  for (const auto& [name, value] : plan.set)
    names += (names.empty() ? "config." : ", config.") + name;
  return names;
}

}  // namespace

DirectiveWatch::DirectiveWatch(Lane& lane, const LiveSettings& settings, MemberName self,
                               const Start& start, Configuration& configuration, LiveState& live,
                               EventSink& events, Peers& peers)
    : settings_(settings),
      self_(self),
      configuration_(configuration),
      live_(live),
      events_(events),
      peers_(peers),
      given_(ReadArguments(start.arguments)),
      in_use_(ReadDirectives(start.directives)),
      text_(start.directives) {
  step_.emplace(lane, "directives", [this] {
    Look();
    return kLook;
  });
}

Directives DirectiveWatch::InUse() const { return Over(given_, in_use_); }

std::optional<DirectiveWatch::Mounted> DirectiveWatch::ReadMounted() const {
  const Paths& paths = settings_.paths();
  const auto before = LoadSettings(paths.config);
  auto text = LoadEngineDirectives(paths);
  const auto after = LoadSettings(paths.config);
  if (!before || !text || !after || before->revision != after->revision) return std::nullopt;
  return Mounted{.revision = after->revision, .text = *std::move(text)};
}

void DirectiveWatch::Look() {
  // Before the file: both are of one ConfigMap, so the directives are at least of this revision.
  std::string revision = settings_.Declared()->revision;
  const auto text = LoadEngineDirectives(settings_.paths());
  if (!text) return;
  if (*text != refused_text_) refused_.clear();
  if (refused_.empty() ? *text != text_ : Since(refused_at_) >= kRefusedAgain) {
    // The kubelet may exchange the files between two looks: which revision has these directives?
    const auto mounted = ReadMounted();
    if (!mounted || !Follow(mounted->text, mounted->revision)) return;
    revision = mounted->revision;
  }
  configuration_.SetDirectives(revision, waiting_, refused_);
}

bool DirectiveWatch::Follow(const std::string& text, const std::string& revision) {
  if (text != seen_) {
    seen_ = text;
    seen_at_ = std::chrono::steady_clock::now();
  }
  const auto plan = Apply(ReadDirectives(text), revision);
  if (plan) {
    text_ = text;
    seen_.clear();
    refused_.clear();
    if (!plan->changes.empty()) events_.Emit("SettingsChanged", Tell(plan->changes));
    return true;
  }
  if (plan.error().code != Code::kFailedPrecondition) {
    LogInfo("the directives are not set yet", {{"why", plan.error().message}});
    return false;
  }
  TellRefused(text, plan.error().message);
  return true;
}

Status DirectiveWatch::AskFirst(const std::string& revision) {
  const MemberName first = FirstToSet(settings_->layout);
  TurnInput input{.first = first == self_,
                  .told = std::nullopt,
                  .revision = revision,
                  .waited = Since(seen_at_),
                  .patience = PatienceWithFirst(settings_->layout.Members().size(),
                                                !settings_->record.empty())};
  if (!input.first) {
    const Reports reports =
        peers_.GatherOf(live_.Addresses(), {first}, Deadline::In(kCall), PeerViews::kUnread);
    const auto report = reports.find(first);
    if (report != reports.end()) input.told = report->second.configured;
  }
  const std::string name = first.ToString();
  switch (PlanTurn(input)) {
    case Turn::kSet:
      return {};
    case Turn::kWait:
      return Fail(Code::kUnavailable, "{} is to set them first", name);
    case Turn::kRefused:
      return Fail(Code::kFailedPrecondition, "{} has tried it: {}", name, input.told->message);
  }
  return {};
}

Result<DirectivePlan> DirectiveWatch::Apply(const Directives& declared,
                                            const std::string& revision) {
  Directives live = ReadDirectives(LoadLiveDirectives(settings_.paths()));
  // Of what is declared no more these are set by MemoryWatch, step by step.
  const Directives memory =
      MemoryDirectives(MemoryLimit(), settings_->max_memory_percent, Over(given_, declared));
  const Directives from = Without(Without(in_use_, given_), memory);
  const Directives to = Without(declared, given_);
  while (true) {
    for (const std::string& name : immutable_) live.erase(name);
    DirectivePlan plan = PlanDirectives(from, to, live);
    if (!plan.set.empty()) RETURN_IF_ERROR(AskFirst(revision));
    const Status set = Set(plan);
    if (!set) {
      const std::string name = ImmutableIn(set.error().message);
      if (live.contains(name)) {
        LogWarning("the engine changes a directive only at its start", {{"name", name}});
        immutable_.insert(name);
        continue;
      }
      if (set.error().code != Code::kFailedPrecondition) return std::unexpected(set.error());
      return Fail(Code::kFailedPrecondition,
                  "the engine refuses a change ({}), and nothing of it holds: {}", NamesOf(plan),
                  set.error().message);
    }
    in_use_ = Without(in_use_, memory);
    waiting_.clear();
    for (const SettingChange& change : plan.changes) {
      if (!change.live) waiting_.push_back(change);
    }
    for (const auto& [name, value] : plan.set) {
      const auto now = declared.find(name);
      if (now == declared.end()) {
        in_use_.erase(name);
      } else {
        in_use_[name] = now->second;
      }
    }
    return plan;
  }
}

Status DirectiveWatch::Set(const DirectivePlan& plan) {
  if (plan.set.empty()) return {};
  const Deadline deadline = Deadline::In(kCall);
  ASSIGN_OR_RETURN(RespClient engine,
                   ConnectToOwn(*settings_.Get(), settings_.Secrets(), deadline));
  RETURN_IF_ERROR(engine.ConfigSet(plan.set, deadline));
  std::vector<std::string> names;
  for (const auto& [name, value] : plan.set) names.push_back(name);
  const auto read = engine.ConfigGet(names, deadline);
  if (!read) return {};  // it was taken; the engine's own form of it is for the log alone
  for (const auto& [name, value] : *read) {
    LogInfo("a directive was set", {{"name", name}, {"value", value}});
  }
  return {};
}

void DirectiveWatch::TellRefused(const std::string& text, const std::string& words) {
  if (words != refused_) {
    events_.Emit("SettingsRefused",
                 words + ". It works by the former values; correct them and upgrade again", true);
  }
  refused_ = words;
  refused_text_ = text;
  refused_at_ = std::chrono::steady_clock::now();
}

}  // namespace bowline
