#include "sys/env.h"

#include <cstdlib>

namespace bowline {

std::string EnvOr(const char* name, std::string_view fallback) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::string(fallback) : std::string(value);
}

PodEnv ReadPodEnv() {
  return {.name = EnvOr("POD_NAME", ""),
          .name_space = EnvOr("POD_NAMESPACE", ""),
          .uid = EnvOr("POD_UID", ""),
          .ip = EnvOr("POD_IP", ""),
          .node = EnvOr("NODE_NAME", ""),
          .revision = EnvOr("POD_REVISION", "")};
}

}  // namespace bowline
