#pragma once
// The certificate, the key and the CA of this member, for its own connections to engines; OpenSSL
// stays behind this header. docs/decisions/0044-tls.md

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"

struct ssl_ctx_st;

namespace bowline {

/// The keys of a Secret as cert-manager makes it.
inline constexpr const char* kTlsCertificate = "tls.crt";
inline constexpr const char* kTlsKey = "tls.key";
inline constexpr const char* kTlsCa = "ca.crt";

/// One state of the files in a folder. Immutable.
class TlsContext {
 public:
  struct Purpose {
    bool client = false;  ///< other members ask for the certificate of whoever connects to them
    /// It is used although it has ended or is not valid yet: there is no other one.
    bool at_any_time = false;
  };
  /// kNotFound: a file is missing; kUnavailable: they are just being exchanged;
  /// kFailedPrecondition: they cannot be used, or nobody who has the CA would accept the
  /// certificate, and why.
  static Result<std::shared_ptr<const TlsContext>> Load(const std::filesystem::path& folder,
                                                        const Purpose& purpose);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  /// For SSL_new. A connection that is made with it verifies the other end's chain by the CA, and
  /// no name: the engines verify each other so, too (redis, src/tls.c).
  [[nodiscard]] ssl_ctx_st* handle() const { return handle_; }
  /// SHA-256 of the three files.
  [[nodiscard]] const std::string& digest() const { return digest_; }
  /// Of the certificate.
  [[nodiscard]] const std::string& serial() const { return serial_; }
  /// When the certificate ends, as Unix time in seconds.
  [[nodiscard]] std::int64_t ends() const { return ends_; }

 private:
  TlsContext() = default;
  ssl_ctx_st* handle_ = nullptr;
  std::string digest_;
  std::string serial_;
  std::int64_t ends_ = 0;
};

/// SHA-256 of the three files in the folder. Errors as ReadFile's.
Result<std::string> DigestOfTlsFiles(const std::filesystem::path& folder);

}  // namespace bowline
