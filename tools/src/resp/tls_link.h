#pragma once
// TLS over a connection of hiredis; private to this layer.

#include "resp/impl.h"
#include "sys/deadline.h"
#include "tls/handshake.h"

namespace bowline {

/// Over a socket that does not block: the link reads and writes by TLS from now on, once the
/// handshake has come to its end. kUnavailable.
Status BeginTls(redisContext& link, TlsHandshake& handshake);

/// The whole handshake, over a socket that blocks again afterwards. kUnavailable,
/// kDeadlineExceeded.
Status StartTls(redisContext& link, const Credentials& credentials, Deadline deadline);

/// Of the socket, and of how hiredis sees it.
bool SetBlocking(redisContext& link, bool blocking);

}  // namespace bowline
