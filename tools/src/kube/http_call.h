#pragma once
// One HTTPS request with libcurl; private to this layer.

#include <string>

#include "base/error.h"
#include "sys/deadline.h"

namespace bowline {

struct HttpsRequest {
  std::string method;
  std::string url;
  std::string token;
  std::string ca_file;
  std::string body;
  std::string content_type = "application/json";
  std::string accept = "application/json";
};

struct HttpsResponse {
  long status = 0;
  std::string body;
};

/// kUnavailable: no connection; kDeadlineExceeded; kPermissionDenied: the server's certificate is
/// not trusted. Any HTTP status is an answer. Bodies over 8 MiB are refused.
Result<HttpsResponse> HttpsCall(const HttpsRequest& request, Deadline deadline);

}  // namespace bowline
