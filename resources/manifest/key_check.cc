// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/key_check.h"

#include <string_view>
#include <unordered_map>

#include "resources/kinds/field.h"

namespace cowherd {

namespace {

void check_key(const YamlNode& key, const std::string& path, Findings& findings) {
  if (key.type != YamlNode::Type::Text) {
    findings.add({"E114", key.place, path, "a key must be a word", "quote it if it is meant as text"});
    return;
  }
  if (!is_refused_key(key)) return;
  if (key.text == "<<") {
    findings.add({"E112", key.place, path, "merge keys are not supported", "write the fields out"});
  } else {
    findings.add({"E114", key.place, path, "the key " + quoted(key.text) + " is not text", "write \"" + key.text.substr(0, 80) + "\""});
  }
}

}  // namespace

bool is_refused_key(const YamlNode& key) {
  if (key.type != YamlNode::Type::Text) return true;
  return key.style == YamlNode::Style::Plain && (key.text == "<<" || meaning_of(key.text) != PlainMeaning::Text);
}

void check_keys(const YamlNode& node, const std::string& path, Findings& findings) {
  std::unordered_map<std::string_view, Place> first;
  for (std::size_t i = 0; i < node.items.size() && !findings.enough(); ++i) {
    if (node.type != YamlNode::Type::Map) {
      check_keys(node.items[i], path + "[" + std::to_string(i) + "]", findings);
      continue;
    }
    const YamlNode& key = node.keys[i];
    check_key(key, path, findings);
    const std::string below = (path.empty() ? "" : path + ".") + key.text.substr(0, 80);
    const auto [known, fresh] = first.emplace(key.text, key.place);
    if (!fresh && key.type == YamlNode::Type::Text) {
      findings.add({"E115", key.place, below, "the key " + quoted(key.text) + " is there twice", "take one of them out"}, known->second,
                   "first here");
    }
    check_keys(node.items[i], below, findings);
  }
}

}  // namespace cowherd
