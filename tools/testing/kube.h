#pragma once
// For tests only: a fake Kubernetes API (HTTPS, scripted): testdata/kube/fake_api.py.

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/parse.h"
#include "kube/api.h"
#include "testing/sys.h"

namespace bowline::testing {

/// The pod's environment and a server behind it.
class FakeCluster {
 public:
  FakeCluster() {
    MakeCertificate("ca.crt");
    server_ = std::make_unique<Program>(std::vector<std::string>{
        BOWLINE_PYTHON, std::string(BOWLINE_TESTDATA) + "/kube/fake_api.py", std::to_string(port_),
        folder_ / "ca.crt", folder_ / "ca.crt.key", folder_ / "log"});
    Spill(folder_ / "token", "good-token\n");
    ::setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1", 1);
    ::setenv("KUBERNETES_SERVICE_PORT_HTTPS", std::to_string(port_).c_str(), 1);
    ::setenv("BOWLINE_SERVICE_ACCOUNT", folder_.path().c_str(), 1);
    REQUIRE(Eventually([&] { return Api().GetConfigMap("ns", "record", Soon()).has_value(); }));
    std::filesystem::remove(folder_ / "log");
  }
  FakeCluster(const FakeCluster&) = delete;
  FakeCluster& operator=(const FakeCluster&) = delete;
  ~FakeCluster() {
    for (const char* name :
         {"KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT_HTTPS", "BOWLINE_SERVICE_ACCOUNT"}) {
      ::unsetenv(name);
    }
  }

  [[nodiscard]] static KubeApi Api() {
    auto api = KubeApi::InCluster();
    REQUIRE(api);
    return *std::move(api);
  }
  [[nodiscard]] static Error ErrorOf(const std::string& name, Milliseconds span = kLong) {
    const auto result = Api().GetConfigMap("ns", name, Deadline::In(span));
    CAPTURE(name);
    REQUIRE_FALSE(result);
    return result.error();
  }
  void MakeCertificate(const std::string& name) const {
    const auto pid = Spawn({BOWLINE_OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=fake",
                            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                            folder_ / (name + ".key"), "-out", folder_ / name});
    REQUIRE(pid);
    int status = 0;
    ::waitpid(*pid, &status, 0);
    REQUIRE(status == 0);
  }
  /// The label bowline/role of a pod in the namespace "ns".
  [[nodiscard]] static std::string RoleOf(const std::string& pod) {
    return Api().GetPod("ns", pod, Soon())->labels.at("bowline/role");
  }
  /// What the server was sent, oldest first: objects with method, path, type, body.
  [[nodiscard]] std::vector<JsonDocument> Requests() const {
    const std::string log =
        std::filesystem::exists(folder_ / "log") ? Slurp(folder_ / "log") : std::string();
    std::vector<JsonDocument> requests;
    for (const auto& line : SplitLines(log)) {
      auto request = JsonDocument::Parse(line);
      REQUIRE(request);
      requests.push_back(*std::move(request));
    }
    return requests;
  }
  [[nodiscard]] JsonDocument LastRequest() const {
    auto requests = Requests();
    REQUIRE_FALSE(requests.empty());
    return std::move(requests.back());
  }
  [[nodiscard]] const TempFolder& folder() const { return folder_; }
  void Kill() { server_.reset(); }
  /// Connections are made, and nothing is answered.
  void Freeze() const { server_->Signal(SIGSTOP); }

 private:
  TempFolder folder_;
  int port_ = FreePort();
  std::unique_ptr<Program> server_;
};

inline std::string BodyOf(const JsonDocument& request) { return *request.root().GetString("body"); }

}  // namespace bowline::testing
