#pragma once
// TLS over a connection of hiredis; private to this layer.

#include "resp/impl.h"
#include "sys/deadline.h"
#include "tls/handshake.h"

namespace bowline {

/// After a handshake over its socket: the link reads and writes by TLS.
Status UseTls(redisContext& link, TlsHandshake& handshake);

/// Handshake and UseTls, over a socket that blocks again afterwards. kUnavailable,
/// kDeadlineExceeded.
Status StartTls(redisContext& link, const Credentials& credentials, Deadline deadline);

/// Of the socket, and of how hiredis sees it.
bool SetBlocking(redisContext& link, bool blocking);

}  // namespace bowline
