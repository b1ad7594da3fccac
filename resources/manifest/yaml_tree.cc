// SPDX-License-Identifier: Apache-2.0
// Only yaml-cpp's event interface is used. What it gets wrong (0.7.0) is kept from it or checked after it:
// a ',' at document level makes it hand out empty documents for ever; an unterminated quote swallows the rest of the
// text; `- a`, newline, `b` are two documents for it; nothing after an exception is read. Therefore the text is cut at
// its '---' lines first, and each piece must be exactly one document.
#include "resources/manifest/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "resources/kinds/field.h"

namespace cowherd {

namespace {

// yaml-cpp holds the tokens of a whole flow collection in memory, about 240 bytes each.
constexpr std::size_t kMaxMarks = 20'000;

Finding alias_finding(Place place) {
  return {"E111", place, "", "aliases are not supported", "write the value out"};
}

// Builds one tree from events. After the first problem it lets the rest of the events pass.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceText& source, Place chunk) : source_(source), base_(chunk.offset), end_(chunk.offset + chunk.length) {}

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = at(mark); }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (refused(mark, "", anchor)) return;
    YamlNode node;
    node.place = {at(mark), 1};
    complete(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(alias_finding(word_at(at(mark))));
  }

  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    refuse({"E111", word_at(at(mark)), "", "anchors are not supported", "take it out and write the value where it is needed"});
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    if (refused(mark, tag, anchor)) return;
    const auto place = scalar_place(source_.text().substr(0, end_), at(mark), value);
    if (!place) {
      refuse({"E107", {at(mark), 1}, "", "the quote that begins here has no end", "close it with the same quote"});
      return;
    }
    if (auto line = unindented_line(*place)) {
      refuse({"E117", *line, "", "the text goes on here without indentation", "indent the line, or end the text before it"});
      return;
    }
    YamlNode node;
    node.type = YamlNode::Type::Text;
    node.style = tag == "?" ? YamlNode::Style::Plain : YamlNode::Style::Quoted;
    node.place = *place;
    node.text = value;
    complete(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(mark, tag, anchor, style, YamlNode::Type::List);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(mark, tag, anchor, style, YamlNode::Type::Map);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  std::size_t start() const { return start_; }
  const std::optional<Finding>& problem() const { return problem_; }
  const std::optional<YamlNode>& root() const { return root_; }
  // The innermost bracket that is open.
  std::optional<Place> open_bracket() const {
    if (open_.empty() || open_.back().style != YAML::EmitterStyle::Flow) return std::nullopt;
    return open_.back().node.place;
  }
  std::optional<YamlNode> take_root() { return std::move(root_); }

 private:
  struct Open {
    YamlNode node{};
    YAML::EmitterStyle::value style{};
  };

  std::size_t at(const YAML::Mark& mark) const { return std::min(base_ + static_cast<std::size_t>(mark.pos), end_); }

  Place word_at(std::size_t offset) const {
    const std::size_t end = source_.text().find_first_of(" \t\r\n,[]{}", offset);
    return {offset, std::min(end, source_.text().size()) - offset};
  }

  void refuse(Finding finding) {
    if (!problem_) problem_ = std::move(finding);
  }

  // Whether the event is to be left out: something was wrong before, or the node is not allowed.
  bool refused(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) OnAnchor(mark, "");
    const bool no_tag = tag.empty() || tag == "?" || (tag == "!" && source_at(at(mark)) != '!');
    if (!no_tag) refuse({"E113", word_at(at(mark)), "", "tags are not supported", "take it out; quote a value to make it text"});
    if (++nodes_ > kMaxNodes) {
      refuse({"E120", {at(mark), 1}, "", "the document has more than " + std::to_string(kMaxNodes) + " values", "split it"});
    }
    if (in_flow_of_block() && source_.column_of(at(mark)) == 0) {
      refuse({"E117", {at(mark), 1}, "", "the brackets opened above still hold this line, but it is not indented",
              "close the brackets, or indent the line"});
    }
    return problem_.has_value();
  }

  char source_at(std::size_t offset) const { return offset < source_.text().size() ? source_.text()[offset] : '\0'; }

  bool in_flow_of_block() const {
    return !open_.empty() && open_.back().style == YAML::EmitterStyle::Flow && open_.front().style == YAML::EmitterStyle::Block;
  }

  // A line after the first of the place that begins in column 0. At the root and in block texts there is no such rule.
  std::optional<Place> unindented_line(Place place) const {
    if (open_.empty()) return std::nullopt;
    const std::string_view text = source_.text().substr(place.offset, place.length);
    for (std::size_t i = text.find('\n'); i != std::string_view::npos && i + 1 < text.size(); i = text.find('\n', i + 1)) {
      const char first = text[i + 1];
      if (first != ' ' && first != '\t' && first != '\n' && first != '\r') return Place{place.offset + i + 1, 1};
    }
    return std::nullopt;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style,
            YamlNode::Type type) {
    if (refused(mark, tag, anchor)) return;
    if (open_.size() >= kMaxNesting) {
      refuse({"E110", {at(mark), 1}, "", "values are nested deeper than " + std::to_string(kMaxNesting) + " levels", ""});
      return;
    }
    Open opened;
    opened.node.type = type;
    opened.node.place = {at(mark), 1};
    opened.style = style;
    open_.push_back(std::move(opened));
  }

  void close() {
    if (problem_ || open_.empty()) return;
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    complete(std::move(node));
  }

  void complete(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    YamlNode& parent = open_.back().node;
    const bool is_key = parent.type == YamlNode::Type::Map && parent.keys.size() == parent.items.size();
    (is_key ? parent.keys : parent.items).push_back(std::move(node));
  }

  const SourceText& source_;
  std::size_t base_;
  std::size_t end_;
  std::size_t start_ = 0;
  std::size_t nodes_ = 0;
  std::vector<Open> open_{};
  std::optional<YamlNode> root_{};
  std::optional<Finding> problem_{};
};

std::string hint_for(std::string_view message, std::string_view line) {
  if (line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos) return "indent with spaces, not with tabs";
  if (message == "illegal map value") return "quote the value if a ': ' belongs to it, or check the indentation";
  if (message.starts_with("end of map not found")) return "check the indentation of this line";
  if (message.starts_with("end of sequence not found")) return "check the indentation of this line";
  if (message.starts_with("unknown escape")) return "write \\\\ for a backslash, or use single quotes";
  return "";
}

// What yaml-cpp threw, at the place where it helps.
Finding to_finding(const YAML::Exception& thrown, const TreeBuilder& builder, const SourceText& source, Place chunk) {
  if (thrown.msg.find("flow not found") != std::string::npos && builder.open_bracket()) {
    return {"E104", *builder.open_bracket(), "", "the bracket that begins here has no end", "close it, or check the commas"};
  }
  const std::string_view text = source.text().substr(chunk.offset, chunk.length);
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  const std::size_t thrown_at = static_cast<std::size_t>(std::max(thrown.mark.pos, 0));
  const Place place{chunk.offset + std::min(thrown_at, last == std::string_view::npos ? 0 : last), 1};
  if (thrown.msg == "the referenced anchor is not defined") return alias_finding(place);
  return {"E104", place, "", "this is not YAML: " + thrown.msg, hint_for(thrown.msg, source.line_at(place.offset))};
}

bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) && (line.size() == 3 || line[3] == ' ' || line[3] == '\t');
}

bool has_content(std::string_view line) {
  if (is_marker(line, "---") || is_marker(line, "...")) line.remove_prefix(3);
  const std::size_t first = line.find_first_not_of(" \t");
  return first != std::string_view::npos && line[first] != '#';
}

}  // namespace

const YamlNode* member_of(const YamlNode* map, std::string_view key) {
  if (map == nullptr || map->type != YamlNode::Type::Map) return nullptr;
  const auto found = std::find_if(map->keys.begin(), map->keys.end(), [&](const YamlNode& each) { return each.text == key; });
  return found == map->keys.end() ? nullptr : &map->items[static_cast<std::size_t>(found - map->keys.begin())];
}

Place YamlStream::next_chunk() {
  const SourceText& source = findings_.source();
  const std::size_t first = line_;
  bool content = false;
  while (line_ < source.line_count()) {
    const std::string_view line = source.line(line_);
    if (line_ > first && is_marker(line, "---")) break;
    content = content || has_content(line);
    ++line_;
    if (is_marker(line, "...")) break;
  }
  const std::size_t end = line_ < source.line_count() ? source.line_start(line_) : source.text().size();
  return {source.line_start(first), content ? end - source.line_start(first) : 0};
}

bool YamlStream::is_tame(Place chunk) {
  const std::string_view text = findings_.source().text().substr(chunk.offset, chunk.length);
  std::size_t marks = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::string_view("[]{},:?\"'&*!").find(text[i]) != std::string_view::npos) ++marks;
    if (marks > kMaxMarks) {
      findings_.add({"E120", {chunk.offset + i, 1}, "", "the document has more than " + std::to_string(kMaxMarks) + " brackets, commas and other marks", "split it"});
      return false;
    }
  }
  return true;
}

std::optional<YamlNode> YamlStream::read_chunk(Place chunk) {
  const SourceText& source = findings_.source();
  // The newline turns "illegal EOF in scalar" into the case that scalar_place finds.
  std::istringstream input(std::string(source.text().substr(chunk.offset, chunk.length)) + "\n");
  TreeBuilder first(source, chunk);
  try {
    YAML::Parser parser(input);
    if (!parser.HandleNextDocument(first)) return std::nullopt;
    TreeBuilder second(source, chunk);
    if (!first.problem() && parser.HandleNextDocument(second)) {
      const bool null = second.root() && second.root()->type == YamlNode::Type::Null;
      if (null) {
        findings_.add({"E108", {second.start(), 1}, "", "nothing can begin like this", "take it out"});
      } else {
        findings_.add({"E109", {second.start(), 1}, "", "a second document begins here without a line '---'",
                       "check the indentation, or put '---' on a line of its own before it"});
      }
      return std::nullopt;
    }
  } catch (const YAML::Exception& thrown) {
    if (!first.problem()) {
      findings_.add(to_finding(thrown, first, source, chunk));
      return std::nullopt;
    }
  }
  if (first.problem()) {
    findings_.add(*first.problem());
    return std::nullopt;
  }
  return first.take_root();
}

std::optional<YamlNode> YamlStream::next() {
  while (line_ < findings_.source().line_count() && !findings_.enough()) {
    const Place chunk = next_chunk();
    if (chunk.length == 0) continue;
    if (++documents_ > kMaxDocuments) {
      findings_.add({"E119", {chunk.offset, 1}, "", "there are more than " + std::to_string(kMaxDocuments) + " documents",
                     "split the file"});
      line_ = findings_.source().line_count();
      return std::nullopt;
    }
    if (!is_tame(chunk)) continue;
    auto root = read_chunk(chunk);
    if (root && root->type != YamlNode::Type::Null) return root;
  }
  return std::nullopt;
}

}  // namespace cowherd
