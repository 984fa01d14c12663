#include "tls/context.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <ctime>

#include "base/digest.h"
#include "sys/files.h"

namespace bowline {
namespace {

constexpr std::size_t kLimit = 1U << 20U;  // no Secret holds more

/// OpenSSL's first reason since the queue was emptied.
std::string Reason() {
  const char* reason = ::ERR_reason_error_string(::ERR_get_error());
  ::ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

std::unexpected<Error> Unusable(const std::filesystem::path& file) {
  return Fail(Code::kFailedPrecondition, "{} cannot be used: {}", file.string(), Reason());
}

Result<std::int64_t> EndOf(const X509& certificate) {
  std::tm end{};
  if (::ASN1_TIME_to_tm(::X509_get0_notAfter(&certificate), &end) != 1) {
    return Fail(Code::kFailedPrecondition, "the end of the certificate cannot be read");
  }
  return ::timegm(&end);
}

/// As the other members verify it (OpenSSL's ssl_verify_cert_chain).
Status Verify(SSL_CTX& context, X509& certificate, const char* purpose, bool at_any_time) {
  const std::unique_ptr<X509_STORE_CTX, decltype(&::X509_STORE_CTX_free)> check(
      ::X509_STORE_CTX_new(), &::X509_STORE_CTX_free);
  STACK_OF(X509)* chain = nullptr;
  ::SSL_CTX_get0_chain_certs(&context, &chain);
  if (!check || ::X509_STORE_CTX_init(check.get(), ::SSL_CTX_get_cert_store(&context), &certificate,
                                      chain) != 1) {
    return Fail(Code::kInternal, "TLS: {}", Reason());
  }
  ::X509_STORE_CTX_set_default(check.get(), purpose);
  if (at_any_time) ::X509_STORE_CTX_set_flags(check.get(), X509_V_FLAG_NO_CHECK_TIME);
  const bool good = ::X509_verify_cert(check.get()) == 1;
  const int why = ::X509_STORE_CTX_get_error(check.get());
  ::ERR_clear_error();
  if (good) return {};
  return Fail(Code::kFailedPrecondition, "{} is not accepted as that of a {}: {}", kTlsCertificate,
              std::string_view(purpose) == "ssl_server" ? "server" : "client",
              ::X509_verify_cert_error_string(why));
}

std::string SerialOf(X509& certificate) {
  const std::unique_ptr<BIGNUM, decltype(&::BN_free)> number(
      ::ASN1_INTEGER_to_BN(::X509_get_serialNumber(&certificate), nullptr), &::BN_free);
  char* const text = number ? ::BN_bn2hex(number.get()) : nullptr;
  if (text == nullptr) return "";
  std::string serial = text;
  ::OPENSSL_free(text);
  return serial;
}

}  // namespace

Result<std::string> DigestOfTlsFiles(const std::filesystem::path& folder) {
  std::string all;
  for (const char* name : {kTlsCertificate, kTlsKey, kTlsCa}) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(folder / name, kLimit));
    all += Sha256Hex(text);
  }
  return Sha256Hex(all);
}

TlsContext::~TlsContext() { ::SSL_CTX_free(handle_); }

Result<std::shared_ptr<const TlsContext>> TlsContext::Load(const std::filesystem::path& folder,
                                                           const Purpose& purpose) {
  const std::shared_ptr<TlsContext> made(new TlsContext);
  ASSIGN_OR_RETURN(made->digest_, DigestOfTlsFiles(folder));
  ::ERR_clear_error();
  made->handle_ = ::SSL_CTX_new(::TLS_client_method());
  if (made->handle_ == nullptr) return Fail(Code::kInternal, "TLS: {}", Reason());
  SSL_CTX* const context = made->handle_;
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  const std::filesystem::path certificate = folder / kTlsCertificate;
  const std::filesystem::path key = folder / kTlsKey;
  if (::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) return Unusable("TLS 1.2");
  if (::SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return Unusable(certificate);
  }
  if (::SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      ::SSL_CTX_check_private_key(context) != 1) {
    return Unusable(key);
  }
  if (::SSL_CTX_load_verify_locations(context, (folder / kTlsCa).c_str(), nullptr) != 1) {
    return Unusable(folder / kTlsCa);
  }
  X509* const own = ::SSL_CTX_get0_certificate(context);
  RETURN_IF_ERROR(Verify(*context, *own, "ssl_server", purpose.at_any_time));
  if (purpose.client) RETURN_IF_ERROR(Verify(*context, *own, "ssl_client", purpose.at_any_time));
  ASSIGN_OR_RETURN(made->ends_, EndOf(*own));
  made->serial_ = SerialOf(*own);
  ASSIGN_OR_RETURN(const std::string after, DigestOfTlsFiles(folder));
  if (after != made->digest_) return Fail(Code::kUnavailable, "the certificate is just renewed");
  return made;
}

}  // namespace bowline
