#include "apply/common/objects.h"

#include <format>
#include <optional>

#include "base/parse.h"
#include "kube/api.h"
#include "sys/files.h"
#include "sys/parallel.h"

namespace bowline {
namespace {

constexpr std::size_t kListLimit = 1U << 20U;  // a ConfigMap holds no more
constexpr std::size_t kWidth = 8;
constexpr Milliseconds kCallTimeout{1500};

ObjectsSeen CouldNotLook(const std::string& why) {
  return {.missing = {},
          .unknown = {"could not look whether the release's Services, ConfigMaps and "
                      "PodDisruptionBudgets are there: " +
                      why}};
}

struct Asked {
  std::string kind;
  std::string name;
  std::optional<Result<bool>> there;
};

}  // namespace

ObjectsSeen LookForObjects(const std::filesystem::path& list, const Settings& settings,
                           Deadline deadline) {
  const auto text = ReadFile(list, kListLimit);
  if (!text) return CouldNotLook(text.error().message);
  const auto api = KubeApi::InCluster();
  if (!api) return CouldNotLook("this pod may not ask the API server: " + api.error().message);
  std::vector<Asked> asked;
  for (const std::string_view line : SplitLines(*text)) {
    const std::vector<std::string_view> words = Split(line, ' ');
    if (words.size() == 2) asked.push_back({std::string(words[0]), std::string(words[1]), {}});
  }
  Parallel(asked.size(), kWidth, [&](std::size_t i) {
    Asked& one = asked[i];
    one.there = api->Has(one.kind, settings.name_space, one.name, deadline.Within(kCallTimeout));
  });
  ObjectsSeen seen;
  std::size_t failed = 0;
  std::string why;
  for (const Asked& one : asked) {
    if (!one.there->has_value()) {
      if (failed++ == 0) why = one.there->error().message;
    } else if (!**one.there) {
      seen.missing.push_back(std::format(
          "{} {} is missing. To make what is missing, and nothing else: helm -n {} get "
          "manifest {} | kubectl -n {} create -f -",
          one.kind, one.name, settings.release_namespace, settings.release, settings.name_space));
    }
  }
  if (failed > 0) {
    seen.unknown.push_back(
        std::format("could not look whether {} of {} objects of the release are there: {}", failed,
                    asked.size(), why));
  }
  return seen;
}

}  // namespace bowline
