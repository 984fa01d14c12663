#include "plan/common/acl_log.h"

#include <limits>
#include <string_view>

#include "base/parse.h"

namespace bowline {
namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

constexpr std::size_t kLongest = 64;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::string_view TextOf(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

std::string Printable(std::string_view text) {
  const std::string quoted = Quoted(text, kLongest);
  return quoted.substr(1, quoted.size() - 2);
}

/// Of a line of CLIENT LIST; it has also names and databases, which are left out.
std::string AddressIn(std::string_view client) {
  constexpr std::string_view kAddress = "addr=";
  for (const std::string_view part : Split(client, ' ')) {
    if (part.starts_with(kAddress)) return Printable(part.substr(kAddress.size()));
  }
  return "";
}

std::string ObjectOf(std::string_view reason, std::string_view object) {
  if (reason == "command" || reason == "auth") return Printable(object);
  if (reason == "key") return "a key";
  return reason == "channel" ? "a channel" : "-";
}

}  // namespace

std::vector<AclDenial> ReadAclLog(const std::vector<Fields>& entries,
                                  const std::set<std::string, std::less<>>& known) {
  std::vector<AclDenial> log;
  for (const Fields& fields : entries) {
    if (log.size() == kAclLogEntries) break;
    const std::string_view reason = TextOf(fields, "reason");
    const std::string_view user = TextOf(fields, "username");
    const std::string_view age = TextOf(fields, "age-seconds");  // "12.345"
    log.push_back({.reason = Printable(reason),
                   .context = Printable(TextOf(fields, "context")),
                   .object = ObjectOf(reason, TextOf(fields, "object")),
                   .user = reason == "auth" && !known.contains(user) ? "-" : Printable(user),
                   .client = AddressIn(TextOf(fields, "client-info")),
                   .count = ParseInt(TextOf(fields, "count"), 0, kMost).value_or(0),
                   .age_seconds = ParseInt(age.substr(0, age.find('.')), 0, kMost).value_or(-1)});
  }
  return log;
}

void WriteAclLog(JsonWriter& json, std::string_view key, const std::vector<AclDenial>& log) {
  json.Key(key).BeginArray();
  for (const AclDenial& denial : log) {
    json.BeginObject().Field("reason", denial.reason).Field("context", denial.context);
    json.Field("object", denial.object).Field("user", denial.user);
    json.Field("client", denial.client).Field("count", denial.count);
    json.Field("ageSeconds", denial.age_seconds).EndObject();
  }
  json.EndArray();
}

}  // namespace bowline
