#include "apply/common/hold.h"

#include <algorithm>

#include "apply/common/events.h"
#include "apply/common/supervisor.h"
#include "apply/common/volume_io.h"
#include "runtime/lane.h"
#include "sys/log.h"
#include "web/http.h"

namespace bowline {
namespace {

constexpr Milliseconds kTold{60'000};

void AnswerProbes(HttpServer& server) {
  const auto answer = [](int status) {
    return [status](const HttpRequest&, Milliseconds) {
      return std::optional(HttpAnswer{.status = status,
                                      .body = "held by diagnosticMode: the engine does not run\n"});
    };
  };
  server.On("GET", "/startup", answer(200));
  server.On("GET", "/live", answer(200));
  server.On("GET", "/ready", answer(503));
}

}  // namespace

bool IsHeld(const std::vector<std::string>& held, MemberName self) {
  return std::ranges::contains(held, kHeldAll) || std::ranges::contains(held, self.ToString());
}

std::string DescribeVolume(const Settings& settings, const Paths& paths, MemberName self,
                           const ModeRules& rules) {
  const auto files = ReadVolume(paths.data);
  if (!files) return "unreadable (" + files.error().message + ")";
  const Identity expected{
      .installation = "", .name_space = settings.name_space, .release = settings.release};
  const VolumeFacts volume = JudgeVolume(*files, expected, self, rules);
  std::string text(VolumeKindName(volume.kind));
  for (const std::string& why : {volume.reason, volume.dataset.reason}) {
    if (!why.empty()) text += " (" + why + ")";
  }
  return text;
}

Result<int> HoldMember(LiveSettings& settings, DriverFor driver_for, const PodEnv& pod) {
  ASSIGN_OR_RETURN(const MemberName self, DeclaredMember(*settings.Get(), pod));
  HttpServer probes;
  AnswerProbes(probes);
  RETURN_IF_ERROR(probes.Start(settings->ports.http));
  Lane lane("api");
  EventSink events(lane, pod, settings->events);
  const ModeRules& rules = driver_for(settings->layout).rules();
  std::string told;
  do {
    const std::string volume = DescribeVolume(*settings.Get(), settings.paths(), self, rules);
    LogWarning("held by diagnosticMode: the engine does not run",
               {{"volume", volume},
                {"folder", settings.paths().data.string()},
                {"toLeave", "helm upgrade with diagnosticMode.enabled=false"}});
    if (volume == told) continue;
    told = volume;
    events.Emit(
        "DiagnosticMode",
        std::format("diagnosticMode: the engine does not run. The volume is {}. Mend it by "
                    "kubectl exec -it -n {} {} -c {} -- sh, then helm upgrade with "
                    "diagnosticMode.enabled=false",
                    volume, pod.name_space, pod.name, self.HoldsData() ? "server" : "sentinel"),
        true);
  } while (PauseUnlessStopped(kTold));
  return 0;
}

}  // namespace bowline
