#include "base/parse.h"

#include <charconv>
#include <format>
#include <system_error>

namespace bowline {

namespace {

template <typename Number>
bool ParseWhole(std::string_view text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

void AppendPrintable(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      out += std::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
}

}  // namespace

Result<std::int64_t> ParseInt(std::string_view text, std::int64_t min, std::int64_t max) {
  std::int64_t number = 0;
  if (!ParseWhole(text, number) || number < min || number > max) {
    return Fail(Code::kInvalidArgument, "{} is no integer from {} to {}", Quoted(text), min, max);
  }
  return number;
}

Result<std::uint64_t> ParseUint64(std::string_view text) {
  std::uint64_t number = 0;
  if (!ParseWhole(text, number)) {
    return Fail(Code::kInvalidArgument, "{} is no unsigned 64-bit integer", Quoted(text));
  }
  return number;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t at = text.find('\n');
    std::string_view line = text.substr(0, at);
    if (at != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (at == std::string_view::npos) break;
    text.remove_prefix(at + 1);
  }
  return lines;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string_view word : Split(text, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string Quoted(std::string_view text, std::size_t limit) {
  std::string out = "\"";
  if (text.size() <= limit) {
    AppendPrintable(out, text);
  } else {
    const std::size_t tail = limit / 4;
    AppendPrintable(out, text.substr(0, limit - tail));
    out += "...";
    AppendPrintable(out, text.substr(text.size() - tail));
  }
  out += '"';
  return out;
}

}  // namespace bowline
