#pragma once
// The engine's directives that change while it runs: what CONFIG SET is told, and what waits for
// the next start. Pure. Which directives a running engine changes, and their defaults, is in the
// chart's files (charts/bowline/files/live-directives.*), measured on the engines.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plan/common/settings_change.h"

namespace bowline {

/// By name in lower case; the value as CONFIG SET takes it, without the file's quotes.
using Directives = std::map<std::string, std::string>;

/// Of an engine's file. Where several lines add up ("save", "client-output-buffer-limit") they are
/// joined by blanks, as CONFIG SET takes them; else the last one holds. A line whose quotes do not
/// end is left out; the engine would not have started with it.
Directives ReadDirectives(std::string_view text);

struct DirectivePlan {
  /// For one CONFIG SET, in this order.
  std::vector<std::pair<std::string, std::string>> set;
  /// All that differs; `live` is what `set` has.
  std::vector<SettingChange> changes;
};

/// What the engine was given behind its file: "--name value value --name ...". Such a directive
/// wins at each start, so nothing else is set while the engine runs.
Directives ReadArguments(const std::vector<std::string>& arguments);

/// Both; where both have a directive, the value of the former.
Directives Over(Directives directives, const Directives& others);

/// `directives` without those of these names.
Directives Without(Directives directives, const Directives& names);

/// From what the engine works by to what is declared. `live`: what a running engine changes, with
/// the default, which a directive gets back that is declared no more.
DirectivePlan PlanDirectives(const Directives& in_use, const Directives& declared,
                             const Directives& live);

/// The argument that the engine cannot change while it runs, by its error to CONFIG SET ("...
/// possibly related to argument 'port') - can't set immutable config": config.c); empty: it was
/// refused for another reason.
std::string ImmutableIn(std::string_view error);

}  // namespace bowline
