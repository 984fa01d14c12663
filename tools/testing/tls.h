#pragma once
// For tests only: a CA and certificates of it, made by the openssl command, in the layout of
// cert-manager's Secrets.

#include <sys/wait.h>

#include <string>
#include <vector>

#include "testing/sys.h"
#include "tls/context.h"

namespace bowline::testing {

class TestCa {
 public:
  TestCa() {
    OpenSsl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-days", "2", "-subj", "/CN=test CA", "-keyout", folder_ / "ca.key", "-out",
             folder_ / kTlsCa});
  }

  /// tls.crt, tls.key and ca.crt into `folder`; the certificate is valid for so many days.
  void Issue(const TempFolder& folder, int days = 2) const {
    Sign(folder, {"-days", std::to_string(days)});
  }
  /// The same, of a time that is over.
  void IssueEnded(const TempFolder& folder) const {
    Sign(folder, {"-not_before", "20200101000000Z", "-not_after", "20200102000000Z"});
  }

 private:
  void Sign(const TempFolder& folder, const std::vector<std::string>& validity) const {
    OpenSsl({"req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-subj", "/CN=member", "-keyout", folder / kTlsKey, "-out", folder_ / "request"});
    std::vector<std::string> sign{"x509",
                                  "-req",
                                  "-in",
                                  folder_ / "request",
                                  "-CA",
                                  folder_ / kTlsCa,
                                  "-CAkey",
                                  folder_ / "ca.key",
                                  "-CAcreateserial",
                                  "-out",
                                  folder / kTlsCertificate};
    sign.insert(sign.end(), validity.begin(), validity.end());
    OpenSsl(sign);
    Spill(folder / kTlsCa, Slurp(folder_ / kTlsCa));
  }

  static void OpenSsl(std::vector<std::string> words) {
    words.insert(words.begin(), BOWLINE_OPENSSL);
    const auto pid = Spawn(words, "/dev/null");
    REQUIRE(pid);
    int status = 0;
    ::waitpid(*pid, &status, 0);
    REQUIRE(status == 0);
  }

  TempFolder folder_;
};

/// What an engine needs on its command line to speak TLS on `port` alone.
inline std::vector<std::string> TlsArguments(const TempFolder& folder, int port) {
  return {"--port",
          "0",
          "--tls-port",
          std::to_string(port),
          "--tls-cert-file",
          folder / kTlsCertificate,
          "--tls-key-file",
          folder / kTlsKey,
          "--tls-ca-cert-file",
          folder / kTlsCa,
          "--tls-auth-clients",
          "no"};
}

}  // namespace bowline::testing
