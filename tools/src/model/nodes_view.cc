#include "model/nodes_view.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"

namespace bowline {
namespace {

constexpr std::size_t kDigestSize = 64;

const NodeLine* FindById(const std::vector<NodeLine>& sorted, const NodeId& id) {
  const auto line = std::ranges::lower_bound(sorted, id, {}, &NodeLine::id);
  return line != sorted.end() && line->id == id ? &*line : nullptr;
}

/// Does the engine say something of the node that others need not say?
bool Differs(const NodeLine& line) {
  return line.myself || line.fail || line.maybe_fail || line.noaddr || line.handshake ||
         !line.connected || !line.migrations.empty();
}

/// The line as those say it who see nothing wrong with it.
NodeLine Plain(NodeLine line) {
  line.myself = line.fail = line.maybe_fail = false;
  line.connected = true;
  line.migrations.clear();
  return line;
}

}  // namespace

CommonNodes::CommonNodes(std::vector<NodeLine> lines)
    : lines_(std::move(lines)), leading_(std::ranges::count_if(lines_, &NodeLine::LeadsSlots)) {
  std::ranges::sort(lines_, {}, &NodeLine::id);
}

const NodeLine* CommonNodes::Find(const NodeId& id) const { return FindById(lines_, id); }

const std::string& CommonNodes::Digest() const {
  std::call_once(digested_, [this] {
    std::string text;
    for (const NodeLine& line : lines_) PrintNodeLine(text, line);
    digest_ = Sha256Hex(text);
  });
  return digest_;
}

NodesView::NodesView(std::string_view text) {
  if (text.empty()) return;
  auto read = ParseClusterNodes(text);
  if (!read) {
    text_ = text;
    problem_ = read.error().message;
    return;
  }
  const NodeId primary = read->Myself()->primary;
  std::vector<NodeLine> common;
  common.reserve(read->lines.size());
  for (NodeLine& line : read->lines) {
    line.ping_sent = line.pong_received = 0;
    const bool own = Differs(line) || line.id == primary;
    if (own) own_.push_back(line);
    // Others do not list a node in handshake, or by another id; one without address they have.
    if (line.noaddr || line.handshake) continue;
    common.push_back(own ? Plain(std::move(line)) : std::move(line));
  }
  std::ranges::sort(own_, {}, &NodeLine::id);
  common_ = std::make_shared<const CommonNodes>(std::move(common));
}

Result<NodesView> NodesView::Told(std::string_view digest, std::string_view own_lines) {
  if (digest.size() != kDigestSize) {
    return Fail(Code::kInvalidArgument, "a digest of {} characters", digest.size());
  }
  auto read = ParseClusterNodes(own_lines);
  if (!read) return Fail(Code::kInvalidArgument, "its own lines: {}", read.error().message);
  NodesView view;
  view.digest_ = digest;
  view.own_ = std::move(read->lines);
  std::ranges::sort(view.own_, {}, &NodeLine::id);
  return view;
}

const NodeLine* NodesView::FindKnown(const NodeId& id) const {
  const NodeLine* own = FindById(own_, id);
  return own == nullptr && common_ ? common_->Find(id) : own;
}

const NodeLine* NodesView::Myself() const {
  const auto line = std::ranges::find_if(own_, &NodeLine::myself);
  return line == own_.end() ? nullptr : &*line;
}

const NodeLine* NodesView::Find(const NodeId& id) const {
  return common_ ? FindKnown(id) : nullptr;
}

std::vector<const NodeLine*> NodesView::Lines() const {
  std::vector<const NodeLine*> lines;
  if (!common_) return lines;
  lines.reserve(common_->lines().size() + own_.size());
  auto own = own_.begin();
  for (const NodeLine& line : common_->lines()) {
    while (own != own_.end() && own->id < line.id) lines.push_back(&*own++);
    const bool replaced = own != own_.end() && own->id == line.id;
    lines.push_back(replaced ? &*own++ : &line);
  }
  while (own != own_.end()) lines.push_back(&*own++);
  return lines;
}

std::ptrdiff_t NodesView::Leading() const {
  if (!common_) return 0;
  std::ptrdiff_t leading = common_->leading();
  for (const NodeLine& line : own_) {
    const NodeLine* common = common_->Find(line.id);
    leading -= common != nullptr && common->LeadsSlots() ? 1 : 0;
    leading += line.LeadsSlots() ? 1 : 0;
  }
  return leading;
}

NodesConf NodesView::Conf() const {
  NodesConf conf;
  const std::vector<const NodeLine*> lines = Lines();
  conf.lines.reserve(lines.size());
  for (const NodeLine* line : lines) conf.lines.push_back(*line);
  return conf;
}

std::string NodesView::Text() const {
  std::string text = text_;
  for (const NodeLine* line : Lines()) PrintNodeLine(text, *line);
  return text;
}

std::string NodesView::OwnLines() const {
  std::string text;
  for (const NodeLine& line : own_) PrintNodeLine(text, line);
  return text;
}

void NodesView::Complete(std::shared_ptr<const CommonNodes> common) {
  common_ = std::move(common);
  digest_.clear();
}

bool NodesView::operator==(const NodesView& other) const {
  const bool same_common = common_ == other.common_ ||
                           (common_ && other.common_ && common_->lines() == other.common_->lines());
  return same_common && own_ == other.own_ && digest_ == other.digest_ && text_ == other.text_;
}

std::uint64_t NodesView::LeadEpoch() const {
  const NodeLine* line = Myself();
  // A chain that is longer than this is a cycle.
  std::size_t left = own_.size() + (common_ ? common_->lines().size() : 0);
  while (line != nullptr && line->role == NodeRole::kReplica && left-- > 0) {
    line = FindKnown(line->primary);
  }
  const bool leads = line != nullptr && line->role == NodeRole::kPrimary && !line->handshake;
  return leads ? line->config_epoch : 0;
}

}  // namespace bowline
