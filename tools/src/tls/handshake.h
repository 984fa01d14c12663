#pragma once
// The client's side of a TLS handshake over a socket that does not block.

#include <memory>

#include "base/error.h"
#include "tls/context.h"

struct ssl_st;

namespace bowline {

class TlsHandshake {
 public:
  /// `socket` stays the caller's. Without `verify` any certificate is accepted.
  TlsHandshake(int socket, const TlsContext& context, bool verify);

  /// Goes on as far as the socket lets it. True: it is over. False: call again when the socket is
  /// ready for Events(). kUnavailable: refused, with the reason.
  Result<bool> Go();
  /// Of poll(2), that the next Go needs.
  [[nodiscard]] short Events() const;
  /// The session after the handshake, to be freed by SSL_free; nullptr: there was no memory.
  [[nodiscard]] ssl_st* Get() const { return session_.get(); }
  /// It is somebody else's from now on.
  void Release() { (void)session_.release(); }

 private:
  struct Free {
    void operator()(ssl_st* of) const;
  };
  std::unique_ptr<ssl_st, Free> session_;
};

}  // namespace bowline
