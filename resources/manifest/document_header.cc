// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/document_header.h"

#include <algorithm>

#include "resources/kinds/suggest.h"
#include "resources/manifest/key_check.h"
#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

class HeaderReader {
 public:
  HeaderReader(const std::vector<const DocumentType*>& types, Findings& findings) : types_(types), findings_(findings) {}

  const DocumentType* read(const YamlNode& root) {
    const YamlNode* version = text_member(root, "apiVersion");
    const YamlNode* kind = text_member(root, "kind");
    if (kind != nullptr && is_misplaced(*kind)) return nullptr;
    const DocumentType* type = kind != nullptr ? type_of(*kind) : nullptr;
    if (version != nullptr) check_version(*version, type);
    return type;
  }

 private:
  const YamlNode* text_member(const YamlNode& root, const std::string& name) {
    const Place first = root.keys.empty() ? root.place : root.keys.front().place;
    const YamlNode* found = member_of(&root, name);
    if (found == nullptr) {
      findings_.add({"E201", first, name, name + " is missing", "a document begins with apiVersion: " + types_.front()->api_version + " and kind: " + types_.front()->kind});
      return nullptr;
    }
    if (found->type == YamlNode::Type::Text) return found;
    Place place = found->place;
    for (const YamlNode& key : root.keys) {
      if (key.text == name) place = key.place;
    }
    if (found->type == YamlNode::Type::Null) {
      findings_.add({"E116", place, name, quoted(name) + " has no value", "is the file cut short?"});
    } else {
      findings_.add({"E207", place, name, "a single value is needed here", ""});
    }
    return nullptr;
  }

  // A kind of the configuration among manifests, or the other way round.
  bool is_misplaced(const YamlNode& kind) {
    const auto is_named = [&](const DocumentType* type) { return type->kind == kind.text; };
    const std::vector<const DocumentType*> all = all_documents();
    const auto known = std::find_if(all.begin(), all.end(), is_named);
    if (known == all.end() || std::any_of(types_.begin(), types_.end(), is_named)) return false;
    const bool of_config = (*known)->api_version == kConfigApiVersion;
    findings_.add({"E203", kind.place, "kind", quoted(kind.text) + " does not belong " + (of_config ? "among the manifests" : "into the configuration"),
                   of_config ? "it belongs into the configuration of the host, /etc/cowherd/cowherd.yaml" : "it belongs among the manifests"});
    return true;
  }

  const DocumentType* type_of(const YamlNode& kind) {
    std::vector<std::string> names;
    for (const DocumentType* type : types_) {
      if (type->kind == kind.text) return type;
      names.push_back(type->kind);
    }
    findings_.add({"E203", kind.place, "kind", "unknown kind " + quoted(kind.text), hint_for(kind.text, names, "kinds here are ")});
    return nullptr;
  }

  void check_version(const YamlNode& version, const DocumentType* type) {
    std::vector<std::string> versions;
    for (const DocumentType* each : types_) {
      if (type != nullptr && each != type) continue;
      if (each->api_version == version.text) return;
      if (std::find(versions.begin(), versions.end(), each->api_version) == versions.end()) versions.push_back(each->api_version);
    }
    findings_.add({"E202", version.place, "apiVersion", "unsupported apiVersion " + quoted(version.text), hint_for(version.text, versions, "supported: ")});
  }

  static std::string hint_for(const std::string& text, const std::vector<std::string>& known, const std::string& lead) {
    const std::string near = known.size() > 1 ? did_you_mean(text, known) : "";
    return near.empty() ? lead + listed(known) : near + " (" + lead + listed(known) + ")";
  }

  const std::vector<const DocumentType*>& types_;
  Findings& findings_;
};

// What can be said about the top of a document whose kind is not known.
void report_strangers(const YamlNode& root, Findings& findings) {
  const std::vector<std::string> known{"apiVersion", "kind", "metadata", "spec", "status"};
  for (const YamlNode& key : root.keys) {
    if (is_refused_key(key) || std::find(known.begin(), known.end(), key.text) != known.end()) continue;
    findings.add({"E205", key.place, key.text, "unknown field " + quoted(key.text), did_you_mean(key.text, known)});
  }
}

}  // namespace

const DocumentType* read_header(const YamlNode& root, const std::vector<const DocumentType*>& types, Findings& findings) {
  const DocumentType* type = HeaderReader(types, findings).read(root);
  if (type == nullptr) report_strangers(root, findings);
  return type;
}

}  // namespace cowherd
