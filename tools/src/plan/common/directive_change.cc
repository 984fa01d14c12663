#include "plan/common/directive_change.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <format>
#include <optional>

#include "base/parse.h"

namespace bowline {
namespace {

/// What stands behind a backslash in double quotes, from `at` on; `at` is moved behind it. As the
/// engines read it (sds.c, sdssplitargs).
char Escaped(std::string_view line, std::size_t& at) {
  const char c = line[at++];
  if (c == 'x' && at + 2 <= line.size()) {
    unsigned char value = 0;
    const char* const digits = line.data() + at;
    if (std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      at += 2;
      return static_cast<char>(value);
    }
  }
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return c;
  }
}

/// A quoted word, from behind its first quote; `at` is moved behind the last one. Nothing: it does
/// not end.
std::optional<std::string> QuotedWord(std::string_view line, char quote, std::size_t& at) {
  std::string word;
  while (at < line.size()) {
    const char c = line[at++];
    if (c == quote) return word;
    if (c == '\\' && at < line.size() && (quote == '"' || line[at] == '\'')) {
      word += Escaped(line, at);
    } else {
      word += c;
    }
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> WordsOf(std::string_view line) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < line.size()) {
    const char c = line[at];
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++at;
    } else if (c == '"' || c == '\'') {
      auto word = QuotedWord(line, c, ++at);
      if (!word) return std::nullopt;
      words.push_back(*std::move(word));
    } else {
      const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
      words.emplace_back(line.substr(at, end - at));
      at = end;
    }
  }
  return words;
}

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Each class has its own limits, and CONFIG SET leaves those alone that it is not told.
constexpr std::string_view kByClass = "client-output-buffer-limit";
/// Its lines add up; of all other directives the last line holds (config.c,
/// setConfigSaveOption). `save ""` takes back what stood before it.
constexpr std::string_view kSave = "save";

/// As an Event tells it. No directive of the list is a secret today; the name of one would say so.
std::string Shown(const std::string& name, const std::string& value) {
  if (name.contains("pass") || name.contains("auth")) return "(not shown)";
  return value.empty() ? "\"\"" : value;
}

}  // namespace

Directives ReadDirectives(std::string_view text) {
  Directives directives;
  for (const std::string_view raw : SplitLines(text)) {
    const std::string_view line = Trim(raw);
    if (line.empty() || line.starts_with('#')) continue;
    const auto words = WordsOf(line);
    if (!words || words->empty()) continue;
    std::string value;
    for (std::size_t i = 1; i < words->size(); ++i) value += (i > 1 ? " " : "") + (*words)[i];
    const std::string name = Lower(words->front());
    std::string& known = directives[name];
    const bool adds = (name == kSave || name == kByClass) && !known.empty() && !value.empty();
    known = adds ? known + " " + value : value;
  }
  return directives;
}

Directives ReadArguments(const std::vector<std::string>& arguments) {
  Directives directives;
  std::string* value = nullptr;
  for (const std::string& word : arguments) {
    if (word.starts_with("--")) {
      value = &directives[Lower(word.substr(2))];
    } else if (value != nullptr) {
      *value += (value->empty() ? "" : " ") + word;
    }
  }
  return directives;
}

Directives Over(Directives directives, const Directives& others) {
  directives.insert(others.begin(), others.end());
  return directives;
}

Directives Without(Directives directives, const Directives& names) {
  std::erase_if(directives, [&](const auto& entry) { return names.contains(entry.first); });
  return directives;
}

DirectivePlan PlanDirectives(const Directives& in_use, const Directives& declared,
                             const Directives& live) {
  DirectivePlan plan;
  std::vector<std::string> changed;
  for (const auto& [name, ignored] : Over(in_use, declared)) {
    const auto before = in_use.find(name);
    const auto after = declared.find(name);
    if (before != in_use.end() && after != declared.end() && before->second == after->second) {
      continue;
    }
    const auto changes = live.find(name);
    const bool at_once = changes != live.end();
    const auto told = [&](const Directives::const_iterator& entry, const Directives& of) {
      if (entry != of.end()) return Shown(name, entry->second);
      return at_once ? std::format("default ({})", Shown(name, changes->second)) : "default";
    };
    plan.changes.push_back({.value = "config." + name,
                            .from = told(before, in_use),
                            .to = told(after, declared),
                            .live = at_once});
    if (!at_once) continue;
    if (after == declared.end()) {
      plan.set.emplace_back(name, changes->second);
    } else {
      changed.push_back(name);
    }
  }
  // A directive may have two names ("slave-read-only"). When one is given up for the other, the
  // default of the former must not win over what is declared by the latter: the last one holds.
  if (!plan.set.empty()) {
    changed.clear();
    for (const auto& [name, value] : declared) {
      if (live.contains(name)) changed.push_back(name);
    }
  }
  for (const std::string& name : changed) {
    const std::string& value = declared.at(name);
    plan.set.emplace_back(name, name == kByClass ? live.at(name) + " " + value : value);
  }
  return plan;
}

std::string ImmutableIn(std::string_view error) {
  constexpr std::string_view kArgument = "argument '";
  if (!error.contains("immutable config") && !error.contains("protected config")) return "";
  const std::size_t at = error.find(kArgument);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = error.substr(at + kArgument.size());
  return Lower(std::string(rest.substr(0, rest.find('\''))));
}

}  // namespace bowline
