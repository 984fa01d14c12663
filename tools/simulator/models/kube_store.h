#pragma once
// The API server, as far as members ask it: one ConfigMap with compare-and-swap, labels of pods,
// Events.

#include <map>
#include <string>

#include "kube/http_call.h"
#include "simulator/models/story.h"

namespace bowline::simulator {

class KubeStore {
 public:
  explicit KubeStore(Story& story) : story_(story) {}

  /// `path` with what follows a question mark.
  HttpsResponse Answer(const std::string& method, const std::string& path, const std::string& body);

  /// A pod of this name is there from now on, without labels.
  void MakePod(const std::string& name, const std::string& uid);
  /// Somebody has said by an Event that a dataset leads which misses writes.
  [[nodiscard]] bool loss_accepted() const { return loss_accepted_; }
  /// Empty: it has none of that name.
  [[nodiscard]] std::string LabelOf(const std::string& pod, const std::string& label) const;

 private:
  struct Pod {
    std::string uid;
    int version = 1;
    std::map<std::string, std::string> labels;
  };
  HttpsResponse AnswerRecord(const std::string& method, const std::string& body);
  HttpsResponse AnswerPod(const std::string& method, const std::string& name,
                          const std::string& body);
  HttpsResponse TellEvent(const std::string& body);

  Story& story_;
  std::map<std::string, std::string> record_;
  int record_version_ = 1;
  std::map<std::string, Pod> pods_;
  bool loss_accepted_ = false;
};

}  // namespace bowline::simulator
