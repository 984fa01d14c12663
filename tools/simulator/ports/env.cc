// sys/env.h: the downward API of the simulated pod.

#include "sys/env.h"

#include "simulator/models/world.h"

namespace bowline {

std::string EnvOr(const char* name, std::string_view fallback) {
  const std::string_view wanted = name;
  if (wanted == "KUBERNETES_SERVICE_HOST") return "10.96.255.1";
  if (wanted == "BOWLINE_SERVICE_ACCOUNT") return simulator::TheWorld().AccountFolder();
  return std::string(fallback);
}

PodEnv ReadPodEnv() { return simulator::Self().pod.env; }

}  // namespace bowline
