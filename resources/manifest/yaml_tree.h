// SPDX-License-Identifier: Apache-2.0
// YAML text as trees of nodes that know their place. A strict subset of YAML 1.2: no anchors, aliases, tags, merge keys
// or directives, nesting of 64, documents separated by '---'. The trees are our own; yaml-cpp stays in yaml_tree.cc.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/manifest/findings.h"

namespace cowherd {

inline constexpr std::size_t kMaxDocuments = 10'000;
inline constexpr std::size_t kMaxNesting = 64;
inline constexpr std::size_t kMaxNodes = 20'000;  // of one document; bounds memory together with kMaxTextSize

struct YamlNode {
  enum class Type { Null, Text, List, Map };
  enum class Style { Plain, Quoted };  // of Text; block texts count as quoted: they are never typed
  Type type = Type::Null;
  Style style = Style::Plain;
  Place place{};  // a list or mapping: its first byte
  std::string text{};
  std::vector<YamlNode> keys{};   // of a mapping, keys[i] belongs to items[i]
  std::vector<YamlNode> items{};  // of a list or mapping
};

// The value of a key of a mapping, the first of that name; null when there is none, or no mapping.
const YamlNode* member_of(const YamlNode* map, std::string_view key);

class YamlStream {
 public:
  explicit YamlStream(Findings& findings) : findings_(findings) {}

  // The next document that could be read whole. What could not is in the findings, and reading goes on at the next '---'.
  // Documents without content are left out. Nothing at the end of the text.
  std::optional<YamlNode> next();

 private:
  Place next_chunk();  // empty when it holds nothing but comments and white space
  std::optional<YamlNode> read_chunk(Place chunk);
  bool is_tame(Place chunk);

  Findings& findings_;
  std::size_t line_ = 0;  // the next to look at
  std::size_t documents_ = 0;
};

// What a plain text means by the YAML 1.2 core schema.
enum class PlainMeaning { Text, Boolean, Integer, Number };
PlainMeaning meaning_of(std::string_view plain);

// A text node as a value; a plain number that is no integer of 64 bits stays text. Precondition: of type Text.
Value scalar_value(const YamlNode& node);

// The stretch of source that a scalar at `offset` takes; nothing when it is quoted and the closing quote is missing.
std::optional<Place> scalar_place(std::string_view source, std::size_t offset, std::string_view value);

}  // namespace cowherd
