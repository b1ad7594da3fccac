// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/parse_value.h"

#include "resources/manifest/key_check.h"
#include "resources/manifest/text_check.h"
#include "resources/manifest/yaml_tree.h"

namespace cowherd {

namespace {

Value to_value(const YamlNode& node, Findings& findings) {
  switch (node.type) {
    case YamlNode::Type::Null: return {};
    case YamlNode::Type::Text: {
      if (node.style == YamlNode::Style::Plain && meaning_of(node.text) == PlainMeaning::Number) {
        findings.add({"E208", node.place, "", "only whole numbers are supported", "write it in quotes to make it text"});
      }
      return scalar_value(node);
    }
    case YamlNode::Type::List: {
      Value list = Value::list();
      for (const YamlNode& item : node.items) list.add(to_value(item, findings));
      return list;
    }
    case YamlNode::Type::Map: break;
  }
  Value::Map map;  // keys are unique here: check_keys
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    map.emplace_back(node.keys[i].text, to_value(node.items[i], findings));
  }
  return map;
}

Value read_value(Findings& findings) {
  check_text(findings);
  if (findings.errors() > 0) return {};
  YamlStream stream(findings);
  const auto root = stream.next();
  if (!root) {
    if (findings.errors() == 0) findings.add({"E118", {0, 1}, "", "there is no document here", "write one"});
    return {};
  }
  check_keys(*root, "", findings);
  if (const auto second = stream.next()) {
    findings.add({"E301", second->place, "", "there is a second document here", "one is needed: take one of them out"},
                 root->place, "the first is here");
  }
  return findings.errors() == 0 ? to_value(*root, findings) : Value{};
}

tl::unexpected<Error> refused(const Diagnostic& first, std::string_view file) {
  return fail(ErrorKind::Invalid, "read '" + std::string(file) + "': " + print_diagnostic(first));
}

}  // namespace

Result<Value> parse_value(std::string_view text, std::string_view file) {
  const std::string name(file);
  if (text.size() > kMaxTextSize) return refused(too_large(name, text.size()), file);
  const SourceText source(without_byte_order_mark(text), name);
  Findings findings(source);
  Value read = read_value(findings);
  for (const Diagnostic& found : std::move(findings).take()) {
    if (found.severity == Severity::Error) return refused(found, file);
  }
  return read;
}

}  // namespace cowherd
