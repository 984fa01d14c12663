#include "plan/common/directives.h"

#include <algorithm>
#include <cctype>

#include "base/parse.h"

namespace bowline {
namespace {

std::vector<std::string> WordsOf(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (const char c : line) {
    if (c == ' ' || c == '\t') {
      end_word();
    } else if (c != '"' && c != '\'') {  // "port" is port, too
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  end_word();
  return words;
}

}  // namespace

Status CheckDirectives(std::string_view file, std::string_view text,
                       const std::function<bool(const std::vector<std::string>&)>& owned) {
  int number = 0;
  for (const std::string_view raw : SplitLines(text)) {
    ++number;
    const std::string_view line = Trim(raw);
    if (line.empty() || line.starts_with('#')) continue;
    const std::vector<std::string> words = WordsOf(line);
    if (words.empty() || !owned(words)) continue;
    std::string name = words.front();
    if (name == "sentinel" && words.size() > 1) name += " " + words[1];
    return Fail(Code::kInvalidArgument,
                "{} line {} sets \"{}\", which the program sets itself: remove it from the values",
                file, number, name);
  }
  return {};
}

}  // namespace bowline
