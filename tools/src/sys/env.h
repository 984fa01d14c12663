#pragma once
// What the pod's environment tells: downward API variables. Read once at start.

#include <string>
#include <string_view>

namespace bowline {

/// The variable's value, or `fallback` when it is unset or empty.
std::string EnvOr(const char* name, std::string_view fallback);

/// Who we are, by the downward API (the chart sets these on every container of ours).
struct PodEnv {
  std::string name;        ///< POD_NAME
  std::string name_space;  ///< POD_NAMESPACE
  std::string uid;         ///< POD_UID
  std::string ip;          ///< POD_IP
  std::string node;        ///< NODE_NAME
  std::string revision;    ///< POD_REVISION: of the StatefulSet's pod template
};
PodEnv ReadPodEnv();

}  // namespace bowline
