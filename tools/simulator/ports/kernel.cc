// sys/reach.h and sys/sock_diag.h. The kernel does not tell of connections here, as in gVisor: the
// fence looks at INFO's lag and at the voters' reports (docs/decisions/0013-fencing.md).

#include "simulator/ports/until.h"
#include "sys/reach.h"
#include "sys/sock_diag.h"

namespace bowline {

Reach::~Reach() = default;
bool Reach::BeginConnect(std::size_t, const std::string&, int) { return true; }

std::vector<std::size_t> Reach::Wait(Deadline deadline) {
  (void)simulator::Running()->Park(simulator::Until(deadline));
  return {};
}

Result<SockDiag> SockDiag::Open() { return Fail(Code::kUnavailable, "no sock_diag here"); }
SockDiag::~SockDiag() = default;
SockDiag::SockDiag(SockDiag&& other) noexcept : fd_(other.fd_) {}
SockDiag& SockDiag::operator=(SockDiag&&) noexcept = default;

Result<std::vector<TcpLink>> SockDiag::All(bool) { return std::vector<TcpLink>(); }
Result<std::optional<TcpLink>> SockDiag::Find(const SocketAddress&, const SocketAddress&) {
  return std::optional<TcpLink>();
}

}  // namespace bowline
