// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/decode_field.h"

#include "resources/manifest/codes.h"
#include "resources/manifest/key_check.h"

namespace cowherd {

namespace {

bool takes_no_text(FieldType type) {
  return type == FieldType::Integer || type == FieldType::Boolean || type == FieldType::Quantity || type == FieldType::Duration ||
         type == FieldType::CalendarDuration;
}

class FieldDecoder {
 public:
  FieldDecoder(const Field& field, Findings& findings) : field_(field), findings_(findings) {}

  std::optional<FieldValue> decode(const YamlNode& node, Place key, const std::string& path) {
    const std::size_t before = findings_.errors();
    FieldReading reading = read_field(field_, to_value(node, key, path));
    if (reading && findings_.errors() == before) return *std::move(reading);
    if (!reading) {
      for (const FieldProblem& problem : reading.error()) report(problem, node, key, path);
    }
    return std::nullopt;
  }

 private:
  Value to_value(const YamlNode& node, Place key, const std::string& path) {
    switch (node.type) {
      case YamlNode::Type::Text: return scalar(node, path);
      case YamlNode::Type::Null:
        findings_.add({"E116", key, path, "there is no value here", "write \"\" for an empty text"});
        return {};
      case YamlNode::Type::List: {
        Value list = Value::list();
        for (std::size_t i = 0; i < node.items.size(); ++i) {
          list.add(to_value(node.items[i], node.place, path + "[" + std::to_string(i) + "]"));
        }
        return list;
      }
      case YamlNode::Type::Map: break;
    }
    Value::Map map;  // not by set(): positions must stay those of the node, also with duplicate keys
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const std::string& name = node.keys[i].text;
      map.emplace_back(name, to_value(node.items[i], node.keys[i].place, path + "." + name.substr(0, 80)));
    }
    return map;
  }

  Value scalar(const YamlNode& node, const std::string& path) {
    if (is_bare_number(node)) {
      findings_.add({"E208", node.place, path, "text is needed here, not the number " + quoted(node.text),
                     "write \"" + node.text.substr(0, 80) + "\""});
    }
    return scalar_value(node);
  }

  // A number that Value cannot hold, where there should be text.
  bool is_bare_number(const YamlNode& node) const {
    return !takes_no_text(field_.type) && node.type == YamlNode::Type::Text && node.style == YamlNode::Style::Plain &&
           meaning_of(node.text) == PlainMeaning::Number;
  }

  void report(const FieldProblem& problem, const YamlNode& node, Place key, const std::string& path) {
    const YamlNode* culprit = &node;
    Place place = at_value(node, key);
    std::string where = path;
    for (const std::size_t i : problem.at) {
      const bool map = culprit->type == YamlNode::Type::Map;
      if (map && is_refused_key(culprit->keys[i])) return;  // reported by check_keys
      where += map ? "." + culprit->keys[i].text.substr(0, 80) : "[" + std::to_string(i) + "]";
      const Place outer = map ? culprit->keys[i].place : place;
      culprit = &culprit->items[i];
      place = problem.what == FieldProblem::What::Key ? outer : at_value(*culprit, outer);
    }
    if (culprit->type == YamlNode::Type::Null || is_bare_number(*culprit)) return;  // reported by to_value
    findings_.add({std::string(code_of(field_.type, problem.what)), place, where, problem.message, problem.hint});
  }

  // A scalar itself; of a list or mapping its key, since it may begin on another line.
  static Place at_value(const YamlNode& node, Place key) { return node.type == YamlNode::Type::Text ? node.place : key; }

  const Field& field_;
  Findings& findings_;
};

}  // namespace

std::optional<FieldValue> decode_field(const Field& field, const YamlNode& value, Place key, const std::string& path,
                                       Findings& findings) {
  return FieldDecoder(field, findings).decode(value, key, path);
}

}  // namespace cowherd
