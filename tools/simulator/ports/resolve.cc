// sys/resolve.h: the addresses of the member Services, after a moment.

#include "sys/resolve.h"

#include "simulator/models/world.h"
#include "simulator/ports/until.h"

namespace bowline {

std::vector<Addresses> ResolveAll(const std::vector<std::string>& hosts, Deadline,
                                  const std::string&, const std::string&) {
  simulator::Scheduler& scheduler = *simulator::Running();
  (void)scheduler.Park(scheduler.Now() + scheduler.Between(300, 3000));
  std::vector<Addresses> answers;
  answers.reserve(hosts.size());
  for (const std::string& host : hosts) {
    const std::string ip = simulator::TheWorld().ServiceIpOf(host);
    if (ip.empty()) {
      answers.emplace_back(Fail(Code::kNotFound, "{}: no such name", host));
    } else {
      answers.emplace_back(std::vector{ip});
    }
  }
  return answers;
}

Addresses Resolve(const std::string& host, Deadline deadline, const std::string& like,
                  const std::string& resolv_conf) {
  return ResolveAll({host}, deadline, like, resolv_conf).front();
}

}  // namespace bowline
