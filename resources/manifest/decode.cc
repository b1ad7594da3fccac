// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/decode.h"

#include <algorithm>
#include <set>

#include "resources/kinds/suggest.h"
#include "resources/manifest/annotation_check.h"
#include "resources/manifest/decode_field.h"
#include "resources/manifest/document_header.h"
#include "resources/manifest/key_check.h"

namespace cowherd {

namespace {

std::string join(const std::string& path, const std::string& name) {
  return path.empty() || name.empty() ? path + name : path + "." + name;
}

bool is_server_field(std::string_view name) {
  return std::find(std::begin(kServerFields), std::end(kServerFields), name) != std::end(kServerFields);
}

class DocumentDecoder {
 public:
  DocumentDecoder(const DocumentType& type, Findings& findings) : type_(type), findings_(findings) { made_.type = &type; }

  DecodedDocument decode(const YamlNode& root) {
    const bool has_metadata = !type_.metadata.empty();
    const YamlNode* spec = nullptr;
    const YamlNode* metadata = nullptr;
    made_.name = member_of(&root, "kind")->place;
    for (std::size_t i = 0; i < root.keys.size(); ++i) {
      const YamlNode& key = root.keys[i];
      if (key.text == "spec") {
        spec = &root.items[i];
        decode_section("", root.items[i], key.place);
      } else if (key.text == "metadata" && has_metadata) {
        metadata = &root.items[i];
        decode_metadata(root.items[i], key.place);
      } else if (key.text == "status" && has_metadata) {
        warn_server_field("status", key.place);
      } else if (key.text != "apiVersion" && key.text != "kind") {
        unknown_top(key, root.items[i], has_metadata);
      }
    }
    if (metadata == nullptr && has_metadata) missing("metadata.name", made_.name);
    if (spec == nullptr) report_missing("", made_.name);
    return std::move(made_);
  }

 private:
  void add(std::string_view code, Place place, std::string path, std::string message, std::string hint) {
    findings_.add({std::string(code), place, std::move(path), std::move(message), std::move(hint)});
  }

  void warn_server_field(const std::string& path, Place place) {
    add("W101", place, path, path + " is set by cowherd and ignored here", "take it out");
  }

  // Whether the value is null; then it is reported, at its key: yaml-cpp has the mark of the next token for it.
  bool is_null(const YamlNode& value, const YamlNode& key, const std::string& path) {
    if (value.type != YamlNode::Type::Null) return false;
    add("E116", key.place, path, quoted(key.text) + " has no value", "give it one, or leave it out; is the file cut short?");
    return true;
  }

  bool is_mapping(const YamlNode& value, Place key, const std::string& path) {
    if (value.type == YamlNode::Type::Map) return true;
    const bool list = value.type == YamlNode::Type::List;
    add("E207", list ? key : value.place, path, std::string("a mapping is needed here, not ") + (list ? "a list" : "a single value"),
        "write the fields of " + path + " below it, indented");
    return false;
  }

  void unknown_top(const YamlNode& key, const YamlNode& value, bool has_metadata) {
    if (is_refused_key(key) || is_null(value, key, key.text)) return;
    std::vector<std::string> known{"apiVersion", "kind", "spec"};
    if (has_metadata) known.insert(known.end(), {"metadata", "status"});
    std::string hint = did_you_mean(key.text, known);
    if (hint.empty()) hint = elsewhere(key.text);
    add("E205", key.place, key.text, "unknown field " + quoted(key.text), hint);
  }

  // The right name at the wrong place.
  std::string elsewhere(const std::string& name) const {
    for (const Field& field : type_.metadata) {
      if (field.path == name) return "did you mean \"metadata." + name + "\"?";
    }
    for (const Field& field : type_.fields) {
      std::size_t begin = 0;
      while (begin < field.path.size()) {
        const std::size_t end = std::min(field.path.find('.', begin), field.path.size());
        if (field.path.compare(begin, end - begin, name) == 0) {
          return "did you mean \"spec." + field.path.substr(0, end) + "\"?";
        }
        begin = end + 1;
      }
    }
    return "";
  }

  void decode_metadata(const YamlNode& node, Place key_place) {
    if (node.type == YamlNode::Type::Null) {
      add("E116", key_place, "metadata", "'metadata' has no value", "give the object a name: {name: …}");
      return;
    }
    if (!is_mapping(node, key_place, "metadata")) return;
    for (std::size_t i = 0; i < node.keys.size(); ++i) decode_metadata_member(node.keys[i], node.items[i]);
    for (const Field& field : type_.metadata) {
      const bool given = member_of(&node, field.path) != nullptr;
      if (field.need == Need::Required && !given) missing("metadata." + field.path, key_place);
    }
  }

  void decode_metadata_member(const YamlNode& key, const YamlNode& value) {
    const std::string path = join("metadata", key.text);
    if (is_refused_key(key)) return;
    if (is_server_field(key.text)) return warn_server_field(path, key.place);
    if (key.text == "namespace") {
      add("E204", key.place, path, "objects of cowherd have no namespace", "take it out, and group objects by labels");
      return;
    }
    if (is_null(value, key, path)) return;
    const Field* field = find_field(type_.metadata, key.text);
    if (field == nullptr) {
      std::vector<std::string> known;
      for (const Field& each : type_.metadata) known.push_back(each.path);
      add("E205", key.place, path, "unknown field " + quoted(key.text), did_you_mean(key.text, known));
      return;
    }
    if (key.text == "name") made_.name = value.place;
    if (auto read = decode_field(*field, value, key.place, path, findings_)) {
      made_.metadata.insert_or_assign(field->path, *std::move(read));
    }
    if (key.text == "annotations") check_own_annotations(value, path, findings_);
  }

  void decode_section(const std::string& path, const YamlNode& node, Place key_place) {
    const std::string full = path.empty() ? "spec" : "spec." + path;
    if (node.type == YamlNode::Type::Null) {
      add("E116", key_place, full, full + " has no value", "give it one, or leave it out; is the file cut short?");
      return;
    }
    if (!is_mapping(node, key_place, full)) return;
    const std::vector<std::string> children = children_of(type_, path);
    std::set<std::string> seen;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const YamlNode& key = node.keys[i];
      const std::string below = join(path, key.text);
      if (std::find(children.begin(), children.end(), key.text) == children.end()) {
        unknown_member(key, node.items[i], full, children);
        continue;
      }
      if (!seen.insert(key.text).second) continue;
      if (const Field* field = find_field(type_.fields, below)) {
        decode_member(*field, key, node.items[i]);
      } else {
        decode_section(below, node.items[i], key.place);
      }
    }
    const Section* section = find_section(type_, path);
    if (section != nullptr && section->rule != Section::Rule::Plain && node.keys.empty()) {
      add("E222", key_place, full, full + " is empty", "give at least one of its fields");
    }
    for (const std::string& child : children) {
      if (!seen.contains(child)) report_missing(join(path, child), key_place);
    }
    for (const OneOf& choice : type_.one_of) {
      if (choice.section == path) check_choice(choice, full, node, key_place);
    }
  }

  void decode_member(const Field& field, const YamlNode& key, const YamlNode& value) {
    const std::string path = "spec." + field.path;
    if (is_null(value, key, path)) return;
    if (auto read = decode_field(field, value, key.place, path, findings_)) {
      made_.spec.insert_or_assign(field.path, *std::move(read));
    }
  }

  void unknown_member(const YamlNode& key, const YamlNode& value, const std::string& full,
                      const std::vector<std::string>& children) {
    const std::string path = join(full, key.text);
    if (is_refused_key(key) || is_null(value, key, path)) return;
    std::string hint = did_you_mean(key.text, children);
    if (hint.empty()) hint = elsewhere(key.text);
    if (hint.empty()) {
      for (const std::string& child : children) hint += (hint.empty() ? "fields here are " : ", ") + child;
    }
    add("E205", key.place, path, "unknown field " + quoted(key.text), hint);
  }

  // Exactly one of its options is there, or at most one.
  void check_choice(const OneOf& choice, const std::string& full, const YamlNode& node, Place key_place) {
    const YamlNode* first = nullptr;
    for (const YamlNode& key : node.keys) {
      if (std::find(choice.options.begin(), choice.options.end(), key.text) == choice.options.end()) continue;
      if (first == nullptr) {
        first = &key;
      } else if (first->text != key.text) {  // the same key twice is reported by check_keys
        findings_.add({"E225", key.place, join(full, key.text),
                       quoted(first->text) + " and " + quoted(key.text) + " exclude each other", "take one of them out"},
                      first->place, "the other one is here");
        return;
      }
    }
    if (first == nullptr && choice.rule == OneOf::Rule::ExactlyOne) nothing_chosen(choice, full, key_place);
  }

  void nothing_chosen(const OneOf& choice, const std::string& full, Place place) {
    std::string names;
    std::string spelled;
    for (const std::string& path : paths_of(choice)) {
      const bool comes_first = names.empty();
      names += (comes_first ? "" : " or ") + quoted(path.substr(path.rfind('.') + 1));
      spelled += (comes_first ? "write " : ", or ") + spelling_of(path);
    }
    add("E206", place, full, names + " is missing", spelled);
  }

  // "templateRef: {name: python-312}": an option with what it requires.
  std::string spelling_of(const std::string& option) const {
    std::string text = option.substr(option.rfind('.') + 1) + ": ";
    std::string closing;
    for (const Field& field : type_.fields) {
      if (field.need != Need::Required || !field.path.starts_with(option + ".")) continue;
      std::string_view rest = std::string_view(field.path).substr(option.size() + 1);
      for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
        text += "{" + std::string(rest.substr(0, dot)) + ": ";
        closing += "}";
        rest = rest.substr(dot + 1);
      }
      const std::string* example = field.example.as_string();
      return text + "{" + std::string(rest) + ": " + (example != nullptr ? *example : "…") + "}" + closing;
    }
    return text + "…";
  }

  void missing(const std::string& path, Place place) {
    add("E206", place, path, path + " is missing", "see: cowherd explain " + type_.kind + "." + path);
  }

  // What is required at or below a path of spec that is not there.
  void report_missing(const std::string& path, Place place) {
    const auto is_missing_too = [&](const std::string& below) {
      return path.empty() || below == path || below.starts_with(path + ".");
    };
    for (const OneOf& choice : type_.one_of) {
      const std::string option = option_around(type_.one_of, choice);
      if (choice.rule == OneOf::Rule::AtMostOne || (!option.empty() && is_missing_too(option))) continue;
      if (is_missing_too(choice.section)) nothing_chosen(choice, join("spec", choice.section), place);
    }
    for (const Field& field : type_.fields) {
      const std::string option = option_above(type_.one_of, field.path);
      if (!option.empty() && is_missing_too(option)) continue;
      const bool itself = field.path == path;
      const bool inside = path.empty() || field.path.starts_with(path + ".");
      if ((field.need == Need::Required && (itself || inside)) || (field.need == Need::WithParent && itself)) {
        missing("spec." + field.path, place);
      }
    }
    for (const Section& section : type_.sections) {
      const bool here = section.path == path || path.empty();
      if (here && section.rule == Section::Rule::RequiredNotEmpty) missing("spec." + section.path, place);
    }
  }

  const DocumentType& type_;
  Findings& findings_;
  DecodedDocument made_{};
};

}  // namespace

std::optional<DecodedDocument> decode_document(const YamlNode& root, const std::vector<const DocumentType*>& types,
                                               Findings& findings) {
  const std::size_t before = findings.errors();
  if (root.type != YamlNode::Type::Map) {
    findings.add({"E118", root.place, "", "a document is a mapping, and this is not",
                  "write apiVersion, kind, metadata and spec; is the file cut short?"});
    return std::nullopt;
  }
  check_keys(root, "", findings);
  const DocumentType* type = read_header(root, types, findings);
  if (type == nullptr) return std::nullopt;
  DecodedDocument made = DocumentDecoder(*type, findings).decode(root);
  if (findings.errors() != before) return std::nullopt;
  return made;
}

}  // namespace cowherd
