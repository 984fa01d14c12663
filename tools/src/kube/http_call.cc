#include "kube/http_call.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>

#include "sys/counters.h"

namespace bowline {
namespace {

constexpr std::size_t kBodyLimit = 8U << 20U;

std::size_t Append(char* data, std::size_t size, std::size_t count, void* target) {
  auto& body = *static_cast<std::string*>(target);
  if (body.size() + size * count > kBodyLimit) return 0;  // makes curl give up
  body.append(data, size * count);
  return size * count;
}

struct FreeCurl {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

Code CodeOf(CURLcode code) {
  if (code == CURLE_OPERATION_TIMEDOUT) return Code::kDeadlineExceeded;
  if (code == CURLE_PEER_FAILED_VERIFICATION) return Code::kPermissionDenied;
  return Code::kUnavailable;
}

/// 0: no answer. That something is absent, or was changed by somebody else, is an answer that
/// callers expect.
void Count(long status) {
  Counters& counters = ProcessCounters();
  counters.Add("bowline_kubernetes_requests_total", {{"code", std::to_string(status)}});
  const bool refused = status >= 400 && status != 404 && status != 409;
  if (status == 0 || refused) counters.Add("bowline_kubernetes_errors_total");
}

}  // namespace

Result<HttpsResponse> HttpsCall(const HttpsRequest& request, Deadline deadline) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, FreeCurl> handle(curl_easy_init());
  if (!handle) return Fail(Code::kInternal, "curl_easy_init failed");

  curl_slist* raw = curl_slist_append(nullptr, ("Authorization: Bearer " + request.token).c_str());
  raw = curl_slist_append(raw, ("Content-Type: " + request.content_type).c_str());
  raw = curl_slist_append(raw, ("Accept: " + request.accept).c_str());
  const std::unique_ptr<curl_slist, FreeList> headers(raw);

  HttpsResponse response;
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_CAINFO, request.ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, std::max<long>(deadline.Left().count(), 1));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response.body);
  if (!request.body.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    Count(0);
    return Fail(CodeOf(code), "{} {}: {}", request.method, request.url, curl_easy_strerror(code));
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response.status);
  Count(response.status);
  return response;
}

}  // namespace bowline
