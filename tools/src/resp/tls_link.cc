#include "resp/tls_link.h"

#include <fcntl.h>
#include <hiredis/hiredis_ssl.h>
#include <poll.h>

#include <cerrno>

namespace bowline {

bool SetBlocking(redisContext& link, bool blocking) {
  const int flags = ::fcntl(link.fd, F_GETFL);
  if (flags < 0) return false;
  const int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
  if (::fcntl(link.fd, F_SETFL, wanted) != 0) return false;
  link.flags = blocking ? link.flags | REDIS_BLOCK : link.flags & ~REDIS_BLOCK;
  return true;
}

Status BeginTls(redisContext& link, TlsHandshake& handshake) {
  if (handshake.Get() == nullptr) return Fail(Code::kInternal, "TLS: no memory");
  if (::redisInitiateSSL(&link, handshake.Get()) != REDIS_OK) {
    return Fail(Code::kUnavailable, "{}",
                handshake.Distrust().value_or(static_cast<const char*>(link.errstr)));
  }
  handshake.Release();  // redisFree frees it
  return {};
}

Status StartTls(redisContext& link, const Credentials& credentials, Deadline deadline) {
  if (!SetBlocking(link, false)) return Fail(Code::kUnavailable, "the connection is broken");
  TlsHandshake handshake(*credentials.tls, !credentials.own);
  RETURN_IF_ERROR(BeginTls(link, handshake));
  while (true) {
    ASSIGN_OR_RETURN(const bool done, handshake.Go());
    if (done) break;
    pollfd polled{.fd = link.fd, .events = handshake.Events(), .revents = 0};
    const int ready = ::poll(&polled, 1, static_cast<int>(deadline.Left().count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0 || deadline.Passed()) {
      return Fail(Code::kDeadlineExceeded, "no complete TLS handshake in time");
    }
  }
  if (!SetBlocking(link, true)) return Fail(Code::kUnavailable, "the connection is broken");
  return {};
}

}  // namespace bowline
