#include "plan/upgrade/trial.h"

#include <algorithm>
#include <array>
#include <format>
#include <utility>

#include "base/json.h"
#include "base/parse.h"

namespace bowline {
namespace {

constexpr std::size_t kLastLines = 3;
constexpr std::size_t kLongestWords = 400;

constexpr std::array<std::pair<TrialEnd, std::string_view>, 8> kEnds{{
    {TrialEnd::kAnswered, "answered"},
    {TrialEnd::kRefused, "refused"},
    {TrialEnd::kNoProgram, "no program"},
    {TrialEnd::kEnded, "ended"},
    {TrialEnd::kSilent, "silent"},
    {TrialEnd::kNotStarted, "not started"},
    {TrialEnd::kKilled, "killed"},
    {TrialEnd::kUnknown, "unknown"},
}};

/// "123:M 29 Nov 2026 15:58:18.148 # text" without what stands before "text".
std::string_view Message(std::string_view line) {
  for (const std::string_view level : {" # ", " * ", " - ", " . "}) {
    const auto at = line.find(level);
    const bool stamped = at != std::string_view::npos && !line.empty() && line.front() >= '0' &&
                         line.front() <= '9' && line.substr(0, at).contains(':');
    if (stamped) return Trim(line.substr(at + level.size()));
  }
  return Trim(line);
}

/// The text between ">>> '" and the last "'"; empty: the line names no directive.
std::string_view NamedLine(std::string_view message) {
  constexpr std::string_view kMark = ">>> '";
  if (!message.starts_with(kMark) || !message.ends_with('\'')) return {};
  message.remove_prefix(kMark.size());
  return message.empty() ? message : message.substr(0, message.size() - 1);
}

/// "maxmemory-policy", "sentinel deny-scripts-reconfig": the key in the values.
std::string KeyOf(std::string_view line) {
  const std::vector<std::string_view> words = Split(Trim(line), ' ');
  std::string key(words.front());
  if (key == "sentinel" && words.size() > 1) key += " " + std::string(words[1]);
  return key;
}

std::string Printable(std::string_view text) {
  std::string kept(text.substr(0, kLongestWords));
  for (char& c : kept) {
    if (c < ' ' || c > '~') c = '?';
  }
  return kept;
}

Result<TrialEnd> EndOf(std::string_view name) {
  const auto* found =
      std::ranges::find(kEnds, name, [](const auto& entry) { return entry.second; });
  if (found == kEnds.end()) return Fail(Code::kInvalidArgument, "end: {}", Quoted(name));
  return found->first;
}

}  // namespace

std::vector<Complaint> ReadComplaints(std::string_view log) {
  std::vector<Complaint> complaints;
  std::string_view before;  // redis 8 lists what it does not know below one line that says so
  bool listed = false;
  const std::vector<std::string_view> lines = SplitLines(log);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view message = Message(lines[i]);
    const std::string_view named = NamedLine(message);
    if (named.empty()) {
      if (!message.empty()) before = message;
      listed = message.starts_with("Unresolved Configuration");
      continue;
    }
    const bool last = i + 1 == lines.size();
    const std::string_view words = listed ? "it knows no such directive (one of a module is known "
                                            "only after that module's loadmodule)"
                                   : last ? before
                                          : Message(lines[i + 1]);
    complaints.push_back({.line = std::string(named), .message = Printable(words)});
  }
  return complaints;
}

std::string LastLines(std::string_view log) {
  std::vector<std::string_view> told;
  for (const std::string_view line : SplitLines(log)) {
    if (const std::string_view message = Message(line); !message.empty()) told.push_back(message);
  }
  std::string words;
  for (std::size_t i = told.size() - std::min(told.size(), kLastLines); i < told.size(); ++i) {
    if (!words.empty()) words += " | ";
    words += Printable(told[i]);
  }
  return words;
}

std::vector<TellableLine> TellableLines(std::string_view directives) {
  static constexpr std::array<std::string_view, 4> kNeverTold{"include", "loadmodule",
                                                              "rename-command", "user"};
  std::vector<TellableLine> lines;
  for (const std::string_view raw : SplitLines(directives)) {
    const std::string_view line = Trim(raw);
    if (line.empty() || line.starts_with('#')) continue;
    std::string name(line.substr(0, line.find_first_of(" \t")));
    std::erase_if(name, [](char c) { return c == '"' || c == '\''; });
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (name.find_first_of("*?[]\\^") != std::string::npos) continue;
    if (std::ranges::contains(kNeverTold, name)) continue;
    lines.push_back({.name = std::move(name), .line = std::string(line)});
  }
  return lines;
}

Complaint WithoutEffect(const std::string& line) {
  return {.line = line,
          .message =
              "it takes the line without a word, but CONFIG GET knows no such directive: it "
              "would have no effect"};
}

std::string Without(std::string_view directives, const std::vector<Complaint>& complaints) {
  std::string kept;
  for (const std::string_view line : SplitLines(directives)) {
    if (!std::ranges::contains(complaints, Trim(line), &Complaint::line)) {
      kept += std::string(line) + "\n";
    }
  }
  return kept;
}

std::string PrintTrial(const EngineTrial& trial) {
  JsonWriter json;
  json.BeginObject().Field("engine", trial.engine).Field("version", trial.version);
  json.Key("refused").BeginArray();
  for (const EngineTrial::Refused& refused : trial.refused) {
    json.BeginObject().Field("value", refused.value);
    json.Field("line", refused.complaint.line)
        .Field("message", refused.complaint.message)
        .EndObject();
  }
  json.EndArray();
  const auto* end = std::ranges::find(kEnds, trial.end, [](const auto& e) { return e.first; });
  return json.Field("end", end->second).Field("what", trial.what).EndObject().Take();
}

Result<EngineTrial> ReadTrial(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(text));
  const JsonView root = document.root();
  EngineTrial trial;
  ASSIGN_OR_RETURN(trial.engine, root.GetString("engine"));
  ASSIGN_OR_RETURN(trial.version, root.GetString("version"));
  ASSIGN_OR_RETURN(const JsonView list, root.Get("refused"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, list.AsArray());
  for (const JsonView& item : items) {
    EngineTrial::Refused refused;
    ASSIGN_OR_RETURN(refused.value, item.GetString("value"));
    ASSIGN_OR_RETURN(refused.complaint.line, item.GetString("line"));
    ASSIGN_OR_RETURN(refused.complaint.message, item.GetString("message"));
    trial.refused.push_back(std::move(refused));
  }
  ASSIGN_OR_RETURN(const std::string end, root.GetString("end"));
  ASSIGN_OR_RETURN(trial.end, EndOf(end));
  ASSIGN_OR_RETURN(trial.what, root.GetString("what"));
  return trial;
}

std::string ValueOf(const Complaint& complaint, std::string_view directives,
                    std::string_view values, const std::vector<std::string>& arguments) {
  const std::string key = KeyOf(complaint.line);
  for (const std::string_view line : SplitLines(directives)) {
    if (Trim(line) == complaint.line) return std::format("{}.{}", values, key);
  }
  if (key == "user") return "auth.users";
  return std::ranges::contains(arguments, "--" + key) ? "extraArgs" : "image";
}

namespace {

/// The refusal of an end that is no answer.
Refusal OfEnd(const EngineTrial& trial, const AskedState& asked) {
  const std::string program = asked.shape.engine.value_or("") + "-server";
  const auto refusal = [](std::string value, std::string what, std::string remedy) {
    return Refusal{.value = std::move(value),
                   .what = std::move(what),
                   .remedy = std::move(remedy),
                   .token = ""};
  };
  switch (trial.end) {
    case TrialEnd::kNoProgram:
      return refusal("image",
                     std::format("{} has no {} ({}), so that no member could start", asked.image,
                                 program, trial.what),
                     "name an image of that engine, as upstream makes it, or set engine to the one "
                     "that the image has");
    case TrialEnd::kEnded:
      return refusal("config",
                     std::format("the {} of {} ends at its start with these directives, and so "
                                 "would each member: {}",
                                 program, asked.image, trial.what),
                     "put right what it says");
    case TrialEnd::kSilent:
      return refusal("config",
                     std::format("the {} of {} does not answer with these directives: {}", program,
                                 asked.image, trial.what),
                     "put right what it says; where the node is only slow, try again");
    case TrialEnd::kNotStarted:
      return refusal("image",
                     std::format("no container of {} can be started, so that no member could: {}",
                                 asked.image, trial.what),
                     "set image.registry, image.repository, image.tag or imagePullSecrets right");
    case TrialEnd::kKilled:
      return refusal(
          "resources.job",
          std::format("the container that tries the engine has told nothing: {}", trial.what),
          "raise resources.job.limits.memory when it was killed for its memory");
    case TrialEnd::kUnknown:
    case TrialEnd::kAnswered:
    case TrialEnd::kRefused:
      break;
  }
  return refusal(
      "upgrade.tryEngine",
      std::format("nothing was heard of the container that tries {}: {}", asked.image, trial.what),
      "try again; upgrade.tryEngine=false leaves the trial out");
}

std::string RemedyOf(const std::string& value) {
  if (value == "image") return "take an image of a version that this chart was made for";
  return "put " + value + " right, or take it out";
}

}  // namespace

std::vector<Refusal> CheckTrial(const EngineTrial& trial, const InstalledState& installed,
                                const AskedState& asked) {
  std::vector<Refusal> refusals;
  const std::string who =
      trial.engine.empty() ? asked.image : std::format("{} {}", trial.engine, trial.version);
  for (const EngineTrial::Refused& refused : trial.refused) {
    refusals.push_back({.value = refused.value,
                        .what = std::format("{} refuses the line '{}': {}", who,
                                            refused.complaint.line, refused.complaint.message),
                        .remedy = RemedyOf(refused.value),
                        .token = ""});
  }
  if (trial.end != TrialEnd::kAnswered && trial.end != TrialEnd::kRefused) {
    refusals.push_back(OfEnd(trial, asked));
  }
  if (!trial.engine.empty() && asked.shape.engine && trial.engine != *asked.shape.engine) {
    refusals.push_back(
        {.value = "engine",
         .what = std::format("it is {}, but {} runs {} {}: bowline would take it for the other one",
                             *asked.shape.engine, asked.image, trial.engine, trial.version),
         .remedy =
             std::format("set engine={}, or image to one of {}", trial.engine, *asked.shape.engine),
         .token = ""});
  }
  const auto tried = ToEngineVersion(trial.engine, trial.version);
  for (const EngineVersion& runs : installed.engines) {
    if (!tried || !tried->OlderThan(runs)) continue;
    refusals.push_back(MayConfirm(
        {.version = installed.version, .tokens = asked.confirm}, "image",
        std::format("{} -> {}", runs.ToString(), tried->ToString()),
        "an older version need not read what a newer one has written: members may end at their "
        "start, or not follow each other, in the middle of the rollout",
        std::format("stay at {} or newer; for the older one install a second release and copy the "
                    "data",
                    runs.ToString())));
    break;  // the newest stands first
  }
  return refusals;
}

}  // namespace bowline
