#pragma once
// The client's side of a TLS handshake over a socket that does not block.

#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "tls/context.h"

struct ssl_st;

namespace bowline {

class TlsHandshake {
 public:
  /// Without `verify` any certificate is accepted.
  TlsHandshake(const TlsContext& context, bool verify);

  /// The session, for whoever binds it to a socket and begins; nullptr: there was no memory.
  [[nodiscard]] ssl_st* Get() const { return session_; }
  /// It is bound, and freed by somebody else from now on; not before the last Go.
  void Release() { (void)own_.release(); }

  /// Goes on as far as the socket lets it. True: it is over. False: call again when the socket is
  /// ready for Events(). kUnavailable: refused, with the reason.
  Result<bool> Go();
  /// Why the other end's certificate was not accepted; empty: that is not the reason.
  [[nodiscard]] std::optional<std::string> Distrust() const;
  /// Of poll(2), that the next Go needs.
  [[nodiscard]] short Events() const;

 private:
  struct Free {
    void operator()(ssl_st* of) const;
  };
  std::unique_ptr<ssl_st, Free> own_;
  ssl_st* session_;
};

}  // namespace bowline
