// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/explain.h"

#include <algorithm>

#include "resources/kinds/field_facts.h"
#include "resources/kinds/paragraph.h"
#include "resources/kinds/suggest.h"
#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

void add_line(std::string& text, std::string_view title, const std::string& content) {
  text += std::string(title) + std::string(title.size() < 10 ? 10 - title.size() : 1, ' ') + content + "\n";
}

std::string explain_field(const DocumentType& type, const std::string& path, const Field& field, bool in_spec) {
  std::string text = type.kind + "." + path + " <" + std::string(to_string(field.type)) + ">\n\n" + paragraph(field.doc, "  ") + "\n";
  for (const auto& [title, content] : facts_of(type, field, in_spec)) add_line(text, title + ":", content);
  return text;
}

std::string one_line(std::string_view name, const Field& field, const std::string& option = "") {
  std::string text = "  " + std::string(name) + " <" + std::string(to_string(field.type)) + ">";
  if (field.need == Need::Required) text += option.empty() ? " (required)" : " (required with " + option + ")";
  if (!field.standard.is_null()) text += " (default " + shown(field.standard) + ")";
  return text + "\n";
}

// "Exactly one of templateRef, restoreFrom is written.", for each choice at or below the path.
std::string choices(const DocumentType& type, const std::string& path) {
  std::string text;
  for (const OneOf& choice : type.one_of) {
    const bool here = path.empty() || choice.section == path || choice.section.starts_with(path + ".");
    if (here) text += "\n" + told(choice) + "\n";
  }
  return text;
}

std::string explain_section(const DocumentType& type, const std::string& path) {
  const Section* section = find_section(type, path);
  const std::string doc = path.empty() ? type.doc : section != nullptr ? section->doc : "";
  std::string text = type.kind + ".spec" + (path.empty() ? "" : "." + path) + " <mapping>\n\n";
  if (!doc.empty()) text += paragraph(doc, "  ") + "\n";
  for (const Field& field : type.fields) {
    if (!path.empty() && !field.path.starts_with(path + ".")) continue;
    const std::string option = option_above(type.one_of, field.path);
    const bool own = option == path || path.starts_with(option + ".");
    text += one_line(std::string_view(field.path).substr(path.empty() ? 0 : path.size() + 1), field, own ? "" : option);
  }
  return text + choices(type, path);
}

std::string explain_metadata(const DocumentType& type) {
  std::string text = type.kind + ".metadata <mapping>\n\n" + paragraph("Who the object is.", "  ") + "\n";
  for (const Field& field : type.metadata) text += one_line(field.path, field);
  return text;
}

std::string explain_document(const DocumentType& type) {
  std::string text = type.kind + " (" + type.api_version + ")\n\n" + paragraph(type.doc, "  ") + "\n";
  if (!type.metadata.empty()) {
    for (const Field& field : type.metadata) text += one_line("metadata." + field.path, field);
  }
  for (const Field& field : type.fields) {
    text += one_line("spec." + field.path, field, option_above(type.one_of, field.path));
  }
  return text + choices(type, "");
}

// Every path below the kind that explain knows.
std::vector<std::string> all_paths(const DocumentType& type) {
  std::vector<std::string> paths{"spec"};
  for (const Field& field : type.fields) {
    for (std::size_t dot = field.path.find('.'); dot != std::string::npos; dot = field.path.find('.', dot + 1)) {
      paths.push_back("spec." + field.path.substr(0, dot));
    }
    paths.push_back("spec." + field.path);
  }
  if (!type.metadata.empty()) paths.push_back("metadata");
  for (const Field& field : type.metadata) paths.push_back("metadata." + field.path);
  return paths;
}

tl::unexpected<Error> no_such_path(const DocumentType& type, const std::string& path) {
  const std::vector<std::string> paths = all_paths(type);
  std::vector<std::string> candidates = paths;
  for (const std::string& each : paths) {
    if (each.starts_with("spec.")) candidates.push_back(each.substr(5));
  }
  std::string hint = "try: cowherd explain " + lower(type.kind);
  if (const auto near = nearest(path, candidates)) {
    hint = "did you mean \"" + type.kind + "." + *near + "\"?";
  } else {
    // The right name at the wrong place: memory for spec.resources.memory.
    const std::string last = "." + lower(path.substr(path.rfind('.') + 1));
    const auto ends_so = [&](const std::string& each) { return lower(each).ends_with(last); };
    const auto found = std::find_if(paths.begin(), paths.end(), ends_so);
    if (found != paths.end()) hint = "did you mean \"" + type.kind + "." + *found + "\"?";
  }
  return fail(ErrorKind::Invalid, "explain: " + type.kind + " has no field " + quoted(path), hint);
}

}  // namespace

Result<std::string> explain(std::string_view kind_dot_path) {
  const std::size_t dot = kind_dot_path.find('.');
  const std::string_view kind = kind_dot_path.substr(0, dot);
  const DocumentType* type = find_document(kind);
  if (type == nullptr) {
    std::vector<std::string> kinds{"config"};
    for (const DocumentType* each : all_documents()) kinds.push_back(each->kind);
    std::string hint = did_you_mean(kind, kinds);
    if (hint.empty()) hint = "kinds are " + listed(kinds);
    return fail(ErrorKind::Invalid, "explain: there is no kind " + quoted(kind), std::move(hint));
  }
  if (dot == std::string_view::npos) return explain_document(*type);
  const std::string path(kind_dot_path.substr(dot + 1));
  if (path == "spec") return explain_section(*type, "");
  if (path == "metadata" && !type->metadata.empty()) return explain_metadata(*type);
  if (path.starts_with("metadata.")) {
    const Field* field = find_field(type->metadata, path.substr(9));
    if (field != nullptr) return explain_field(*type, path, *field, false);
    return no_such_path(*type, path);
  }
  const std::string below = path.starts_with("spec.") ? path.substr(5) : path;
  if (const Field* field = find_field(type->fields, below)) return explain_field(*type, "spec." + below, *field, true);
  if (!below.empty() && !children_of(*type, below).empty()) return explain_section(*type, below);
  return no_such_path(*type, path);
}

}  // namespace cowherd
