// kube/http_call.h: the API server's model over the simulated network.

#include "kube/http_call.h"
#include "simulator/models/world.h"
#include "simulator/ports/until.h"

namespace bowline {

Result<HttpsResponse> HttpsCall(const HttpsRequest& request, Deadline deadline) {
  simulator::World& world = simulator::TheWorld();
  const simulator::Machine from = simulator::Self().pod.machine;
  const simulator::Machine to = world.ApiServer();
  struct Call {
    simulator::Fiber* waiter = nullptr;
    std::optional<HttpsResponse> response;
  };
  const auto call = std::make_shared<Call>();
  call->waiter = simulator::Running()->Current();
  // "https://10.96.255.1:443/api/..."
  const std::string path = request.url.substr(request.url.find('/', 8));
  world.network.Send(from, to, [=, &world] {
    const HttpsResponse response = world.kube.Answer(request.method, path, request.body);
    world.scheduler.In(world.scheduler.Between(1, 8) * simulator::kMillisecond, [=, &world] {
      world.network.Send(to, from, [=] {
        call->response = response;
        if (call->waiter != nullptr) simulator::Running()->Wake(*call->waiter);
      });
    });
  });
  (void)simulator::Running()->Park(simulator::Until(deadline));
  call->waiter = nullptr;
  if (call->response) return *call->response;
  return Fail(Code::kDeadlineExceeded, "{} {}: no answer in time", request.method, path);
}

}  // namespace bowline
