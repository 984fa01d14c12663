#include "tls/handshake.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <poll.h>

#include <cerrno>
#include <format>
#include <string>
#include <system_error>

namespace bowline {
namespace {

std::string WhyFailed(int outcome) {
  const unsigned long code = ::ERR_get_error();
  const char* const reason = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  if (reason != nullptr) return std::format("TLS: {}", reason);
  if (outcome == SSL_ERROR_SYSCALL && errno != 0) return std::generic_category().message(errno);
  return "the connection was closed in the TLS handshake";
}

}  // namespace

void TlsHandshake::Free::operator()(ssl_st* of) const { ::SSL_free(of); }

TlsHandshake::TlsHandshake(const TlsContext& context, bool verify)
    : own_(::SSL_new(context.handle())), session_(own_.get()) {
  if (session_ != nullptr && !verify) ::SSL_set_verify(session_, SSL_VERIFY_NONE, nullptr);
}

Result<bool> TlsHandshake::Go() {
  if (session_ == nullptr) return Fail(Code::kInternal, "TLS: no memory");
  ::ERR_clear_error();
  errno = 0;
  const int done = ::SSL_do_handshake(session_);
  if (done == 1) return true;
  const int outcome = ::SSL_get_error(session_, done);
  if (outcome == SSL_ERROR_WANT_READ || outcome == SSL_ERROR_WANT_WRITE) return false;
  return Fail(Code::kUnavailable, "{}", Distrust().value_or(WhyFailed(outcome)));
}

std::optional<std::string> TlsHandshake::Distrust() const {
  const long verified = ::SSL_get_verify_result(session_);
  const bool asked = ::SSL_get_verify_mode(session_) != SSL_VERIFY_NONE;
  if (verified == X509_V_OK || !asked) return std::nullopt;
  return std::format("its certificate is not accepted: {}",
                     ::X509_verify_cert_error_string(verified));
}

short TlsHandshake::Events() const {
  return session_ != nullptr && ::SSL_want(session_) == SSL_READING ? POLLIN : POLLOUT;
}

}  // namespace bowline
