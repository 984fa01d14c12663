#pragma once
// One look at many members: small reports from all of them, and the lines behind a digest that is
// not known yet from some of those who told it. Without sockets: peer/channel.cc has them.

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "peer/known_views.h"
#include "plan/common/shard_view.h"

namespace bowline {

/// Does the asker read what the engines of others say of the cluster?
enum class PeerViews {
  kRead,    ///< a member whose view is not complete by the deadline is left out
  kUnread,  ///< the reports' views may lack their common lines
};

class Gathering {
 public:
  /// A question to one of the members, by its place in their list.
  struct Question {
    std::size_t member = 0;
    bool whole = false;       ///< its whole view is asked for
    std::string digest = "";  ///< for that of this digest
  };

  /// `known` outlives it.
  Gathering(std::size_t members, PeerViews views, KnownViews& known);

  /// What is asked first.
  [[nodiscard]] std::vector<Question> First() const;
  /// The answer to a question; nothing: none came, or it is not used. What is asked next, at once.
  std::vector<Question> Answered(const Question& question, std::optional<Report> report);
  /// The complete reports, by the places of their members.
  std::map<std::size_t, Report> Take() { return std::move(complete_); }
  /// The places of those that have answered, and whose views are not complete.
  [[nodiscard]] std::vector<std::size_t> Unread() const;

 private:
  /// Members that have told one digest, and who of them was asked for the lines.
  struct Wanted {
    std::vector<std::size_t> holders;  ///< in the order of their answers
    std::size_t asked = 0;             ///< so many of them were
    std::size_t running = 0;           ///< so many of these have not ended
    std::size_t at_once = 2;           ///< one that falls silent must not cost the whole look
  };

  std::vector<Question> AnsweredWhole(const Question& question, std::optional<Report> report);
  std::vector<Question> AskFor(const std::string& digest);
  void Found(const std::shared_ptr<const CommonNodes>& common);

  std::size_t members_;
  PeerViews views_;
  KnownViews& known_;
  std::map<std::size_t, Report> complete_;
  std::map<std::size_t, Report> incomplete_;
  std::map<std::string, Wanted> wanted_;
};

}  // namespace bowline
