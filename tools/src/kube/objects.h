#pragma once
// The API's objects, read and written. Only for kube/*.cc.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "kube/api.h"

namespace bowline {

/// A map of strings; empty when the member is missing or null.
Result<std::map<std::string, std::string>> ReadMap(const JsonView& object, std::string_view key);

/// The same, written.
void WriteMap(JsonWriter& json, std::string_view key,
              const std::map<std::string, std::string>& values);

/// Items of a list that an object may lack.
Result<std::vector<JsonView>> ReadItems(const JsonView& object, std::string_view key);

Result<StatefulSetState> ReadStatefulSet(const JsonView& object);

Result<PodState> ReadPod(const JsonView& object);

}  // namespace bowline
