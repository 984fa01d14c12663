#pragma once
// What the engine itself says to the directives that are to be rolled out. A container of the
// engine's image beside the gate starts it, with an empty folder and no port; what it told is
// handed over as a file, and judged here. Pure. Why so: docs/decisions/0029-upgrade-gate.md.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "plan/upgrade/check.h"

namespace bowline {

/// A line that an engine does not take.
struct Complaint {
  std::string line;     ///< "maxmemory-policy nonsense"
  std::string message;  ///< the engine's words
  bool operator==(const Complaint&) const = default;
};

/// By the log of an engine that has ended. Empty: it has named no line.
std::vector<Complaint> ReadComplaints(std::string_view log);

/// The last lines of a log that say something, in one, without times and process ids.
std::string LastLines(std::string_view log);

/// A line with a directive that CONFIG GET can tell.
struct TellableLine {
  std::string name;  ///< in lower case
  std::string line;
  bool operator==(const TellableLine&) const = default;
};
/// These lines, in order. Left out: directives that no engine gives back ("loadmodule", "include",
/// "user", "rename-command": config.c), comments, and names that CONFIG GET would take for a
/// pattern.
std::vector<TellableLine> TellableLines(std::string_view directives);

/// An engine has taken the line without a word, and CONFIG GET does not know the directive.
Complaint WithoutEffect(const std::string& line);

/// Directives without the lines that were complained of.
std::string Without(std::string_view directives, const std::vector<Complaint>& complaints);

/// How a trial has ended.
enum class TrialEnd {
  kAnswered,    ///< without the lines that were refused, if any
  kRefused,     ///< by a line that cannot be left out
  kNoProgram,   ///< the image does not have it
  kEnded,       ///< by itself, for another reason than a line
  kSilent,      ///< it runs and does not answer
  kNotStarted,  ///< the container does not start: the image cannot be pulled, say
  kKilled,      ///< the container has ended and told nothing
  kUnknown,     ///< nothing was heard of it
};

struct EngineTrial {
  struct Refused {
    std::string value;  ///< "config.maxmemory-policy"; "image": a line that bowline writes itself
    Complaint complaint;
    bool operator==(const Refused&) const = default;
  };

  std::string engine;   ///< "redis" or "valkey", as it says itself; empty: it has not answered
  std::string version;  ///< "8.0.2"
  std::vector<Refused> refused;
  TrialEnd end = TrialEnd::kAnswered;
  std::string what;  ///< of an end that is no answer
  bool operator==(const EngineTrial&) const = default;
};

/// As a file, and back. kInvalidArgument: no such file.
std::string PrintTrial(const EngineTrial& trial);
Result<EngineTrial> ReadTrial(std::string_view text);

/// The path of the value that a refused line comes from. `values`: of the map that `directives` are
/// rendered from ("config"); `arguments`: what the engine was given after the file.
std::string ValueOf(const Complaint& complaint, std::string_view directives,
                    std::string_view values, const std::vector<std::string>& arguments);

/// Everything that speaks against what was tried, also what is confirmed.
std::vector<Refusal> CheckTrial(const EngineTrial& trial, const InstalledState& installed,
                                const AskedState& asked);

}  // namespace bowline
