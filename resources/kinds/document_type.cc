// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/document_type.h"

#include <algorithm>

#include "resources/kinds/suggest.h"
#include "resources/kinds/tables.h"

namespace cowherd {

namespace {

template <class S>
DocumentType of_table(Kind kind, const Table<S>& table) {
  return {.kind = std::string(to_string(kind)),
          .api_version = std::string(kApiVersion),
          .doc = table.doc,
          .sections = table.sections,
          .one_of = table.one_of,
          .fields = table.fields(),
          .metadata = metadata_fields().fields()};
}

bool is_below(std::string_view path, std::string_view above) {
  return above.empty() || (path.size() > above.size() && path.starts_with(above) && path[above.size()] == '.');
}

}  // namespace

const DocumentType& document_type(Kind kind) {
  static const DocumentType kTemplate = of_table(Kind::Template, template_fields());
  static const DocumentType kSandbox = of_table(Kind::Sandbox, sandbox_fields());
  static const DocumentType kSnapshot = of_table(Kind::Snapshot, snapshot_fields());
  static const DocumentType kRetentionPolicy = of_table(Kind::RetentionPolicy, retention_policy_fields());
  switch (kind) {
    case Kind::Template: return kTemplate;
    case Kind::Sandbox: return kSandbox;
    case Kind::Snapshot: return kSnapshot;
    case Kind::RetentionPolicy: return kRetentionPolicy;
  }
  return kSandbox;
}

const DocumentType& config_document() {
  static const DocumentType kConfig{.kind = std::string(kConfigKind),
                                    .api_version = std::string(kConfigApiVersion),
                                    .doc = config_fields().doc,
                                    .sections = config_fields().sections,
                                    .one_of = config_fields().one_of,
                                    .fields = config_fields().fields(),
                                    .metadata = {}};
  return kConfig;
}

const DocumentType& source_document() {
  static const DocumentType kSource{.kind = std::string(kSourceKind),
                                    .api_version = std::string(kConfigApiVersion),
                                    .doc = source_fields().doc,
                                    .sections = source_fields().sections,
                                    .one_of = source_fields().one_of,
                                    .fields = source_fields().fields(),
                                    .metadata = source_metadata_fields().fields()};
  return kSource;
}

std::vector<const DocumentType*> all_documents() {
  std::vector<const DocumentType*> all;
  for (const Kind kind : kAllKinds) all.push_back(&document_type(kind));
  all.push_back(&config_document());
  all.push_back(&source_document());
  return all;
}

const DocumentType* find_document(std::string_view kind) {
  for (const DocumentType* type : all_documents()) {
    if (lower(type->kind) == lower(kind)) return type;
  }
  return lower(kind) == "config" ? &config_document() : nullptr;
}

std::optional<Kind> kind_from_string(std::string_view text) {
  for (const Kind kind : kAllKinds) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

Spec make_spec(Kind kind, const FieldValues& values) {
  switch (kind) {
    case Kind::Template: return {assemble(template_fields(), values)};
    case Kind::Sandbox: return {assemble(sandbox_fields(), values)};
    case Kind::Snapshot: return {assemble(snapshot_fields(), values)};
    case Kind::RetentionPolicy: return {assemble(retention_policy_fields(), values)};
  }
  return {};
}

Metadata make_metadata(const FieldValues& values) { return assemble(metadata_fields(), values); }
Config make_config(const FieldValues& values) { return assemble(config_fields(), values); }

SourceConfig make_source(const FieldValues& metadata, const FieldValues& spec) {
  SourceConfig made = assemble(source_fields(), spec);
  made.name = assemble(source_metadata_fields(), metadata).name;
  return made;
}

Value to_value(const Metadata& metadata) { return disassemble(metadata_fields(), metadata); }
Value to_value(const Config& config) { return disassemble(config_fields(), config); }

bool is_required(const DocumentType& type, std::string_view path) {
  const auto holds = [&](std::string_view held) { return held == path || is_below(held, path); };
  const bool field = std::any_of(type.fields.begin(), type.fields.end(), [&](const Field& each) {
    const std::string option = option_above(type.one_of, each.path);
    return each.need == Need::Required && holds(each.path) && (option.empty() || !holds(option));
  });
  const bool choice = std::any_of(type.one_of.begin(), type.one_of.end(), [&](const OneOf& each) {
    const std::string option = option_around(type.one_of, each);
    return each.rule == OneOf::Rule::ExactlyOne && holds(each.section) && (option.empty() || !holds(option));
  });
  return field || choice || std::any_of(type.sections.begin(), type.sections.end(), [&](const Section& each) {
           return each.rule == Section::Rule::RequiredNotEmpty && (each.path == path || is_below(each.path, path));
         });
}

std::vector<std::string> children_of(const DocumentType& type, std::string_view path) {
  std::vector<std::string> names;
  for (const Field& field : type.fields) {
    if (!is_below(field.path, path)) continue;
    const std::string_view rest = std::string_view(field.path).substr(path.empty() ? 0 : path.size() + 1);
    const std::string name(rest.substr(0, rest.find('.')));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

const Field* find_field(const std::vector<Field>& fields, std::string_view path) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& each) { return each.path == path; });
  return found == fields.end() ? nullptr : &*found;
}

const Section* find_section(const DocumentType& type, std::string_view path) {
  const auto found =
      std::find_if(type.sections.begin(), type.sections.end(), [&](const Section& each) { return each.path == path; });
  return found == type.sections.end() ? nullptr : &*found;
}

std::vector<Reference> references(const Spec& spec) {
  std::vector<Reference> found;
  const Value document = to_value(spec);
  for (const Field& field : document_type(spec.kind()).fields) {
    if (!field.refers_to) continue;
    const Value* held = document.find_path(field.path);
    if (held == nullptr || held->as_string() == nullptr) continue;
    const auto name = ResourceName::make(*held->as_string());
    if (name) found.push_back({"spec." + field.path, {*field.refers_to, *name}});
  }
  return found;
}

}  // namespace cowherd
