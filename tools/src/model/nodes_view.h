#pragma once
// What one engine says of the cluster (CLUSTER NODES), read once. The lines that the members of a
// quiet cluster all tell alike are shared and have a digest; what this engine alone says is kept
// beside them. Why so: docs/decisions/0036-small-reports.md.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "model/nodes_conf.h"

namespace bowline {

/// Lines without what differs from observer to observer, by their ids. Immutable, so that all equal
/// views share one.
class CommonNodes {
 public:
  /// In any order; each id once.
  explicit CommonNodes(std::vector<NodeLine> lines);

  [[nodiscard]] const std::vector<NodeLine>& lines() const { return lines_; }
  [[nodiscard]] const NodeLine* Find(const NodeId& id) const;
  /// How many are primaries with slots.
  [[nodiscard]] std::ptrdiff_t leading() const { return leading_; }
  /// SHA-256 of the printed lines, 64 hex digits. Worked out at the first call. Thread-safe.
  [[nodiscard]] const std::string& Digest() const;

 private:
  std::vector<NodeLine> lines_;
  std::ptrdiff_t leading_;
  mutable std::once_flag digested_;
  mutable std::string digest_;
};

/// A copy shares the common lines. Times of pings and pongs are left out: they change each second,
/// and no decision reads them.
class NodesView {
 public:
  /// None: an engine that loads, or does not run.
  NodesView() = default;
  /// A reply to CLUSTER NODES. A text that cannot be read makes a view that is not Readable(), and
  /// whose problem() tells why.
  explicit NodesView(std::string_view text);
  /// As a small report tells it: the digest of the common lines, and OwnLines(). kInvalidArgument
  /// for what is no digest, or no lines with one `myself`.
  static Result<NodesView> Told(std::string_view digest, std::string_view own_lines);

  /// There is neither a text nor a digest.
  [[nodiscard]] bool empty() const { return !common_ && digest_.empty() && text_.empty(); }
  /// All lines are at hand, one of which is `myself`.
  [[nodiscard]] bool Readable() const { return common_ != nullptr; }
  /// The digest of the common lines that are not at hand; empty: none are missing.
  [[nodiscard]] const std::string& Missing() const { return digest_; }
  /// Why the text cannot be read.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// The line of the engine that answered; known as well while the common lines are missing.
  [[nodiscard]] const NodeLine* Myself() const;
  /// nullptr for an unknown node, and always when the view is not Readable().
  [[nodiscard]] const NodeLine* Find(const NodeId& id) const;
  /// The same as far as it is at hand: a line that is in any way not as it should be (flags, links)
  /// is known also while the common lines are missing.
  [[nodiscard]] const NodeLine* FindKnown(const NodeId& id) const;
  /// All lines by their ids; none when the view is not Readable().
  [[nodiscard]] std::vector<const NodeLine*> Lines() const;
  /// The config epoch of the primary that `myself` is or follows, as of a NodesConf; known as well
  /// while the common lines are missing, unless it follows another replica. 0 when there is none.
  [[nodiscard]] std::uint64_t LeadEpoch() const;
  /// How many primaries with slots it lists.
  [[nodiscard]] std::ptrdiff_t Leading() const;
  /// All lines as they would stand in a file, without its epochs.
  [[nodiscard]] NodesConf Conf() const;

  /// As CLUSTER NODES has it; the very text when it cannot be read.
  [[nodiscard]] std::string Text() const;
  /// Can the view be told by Digest() and OwnLines()?
  [[nodiscard]] bool HasDigest() const { return common_ || !digest_.empty(); }
  [[nodiscard]] std::string Digest() const { return common_ ? common_->Digest() : digest_; }
  /// What this engine itself says: its own line and its primary's, and those that are in any way
  /// not as they should be.
  [[nodiscard]] std::string OwnLines() const;
  [[nodiscard]] const std::shared_ptr<const CommonNodes>& common() const { return common_; }
  /// Takes these lines for the common ones, which they must be equal to: their digest is Missing(),
  /// or they are the view's own in another place.
  void Complete(std::shared_ptr<const CommonNodes> common);

  bool operator==(const NodesView& other) const;

 private:
  std::shared_ptr<const CommonNodes> common_;
  std::vector<NodeLine> own_;  ///< by their ids; they stand in for the common lines of these ids
  std::string digest_;
  std::string text_;  ///< only when it cannot be read
  std::string problem_;
};

}  // namespace bowline
