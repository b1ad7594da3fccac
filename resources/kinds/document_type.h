// SPDX-License-Identifier: Apache-2.0
// What a document of a kind looks like as a whole, for everything that works on tables without knowing the structs:
// the decoder, the schema, explain.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resources/kinds/config.h"
#include "resources/kinds/field_table.h"

namespace cowherd {

struct DocumentType {
  std::string kind{};
  std::string api_version{};
  std::string doc{};
  std::vector<Section> sections{};  // below spec
  std::vector<OneOf> one_of{};      // below spec
  std::vector<Field> fields{};      // below spec
  std::vector<Field> metadata{};    // below metadata; empty: the kind has none
};

inline constexpr Kind kAllKinds[] = {Kind::Template, Kind::Sandbox, Kind::Snapshot, Kind::RetentionPolicy};

const DocumentType& document_type(Kind kind);
const DocumentType& config_document();
const DocumentType& source_document();
std::vector<const DocumentType*> all_documents();
// By its kind in any letter case, or "config"; null when there is none.
const DocumentType* find_document(std::string_view kind);
std::optional<Kind> kind_from_string(std::string_view text);

// Structs from values, defaults where there are none. Required values that are missing stay empty: check before.
Spec make_spec(Kind kind, const FieldValues& values);
Metadata make_metadata(const FieldValues& values);
Config make_config(const FieldValues& values);
SourceConfig make_source(const FieldValues& metadata, const FieldValues& spec);
Value to_value(const Metadata& metadata);
Value to_value(const Config& config);

// Whether a field or mapping must be written once the mapping around it is: itself required, or holding something
// required. An option of a OneOf is not: another one may be there.
bool is_required(const DocumentType& type, std::string_view path);
// Names that stand directly below a path of spec ("" for spec itself), in table order, once each.
std::vector<std::string> children_of(const DocumentType& type, std::string_view path);
const Field* find_field(const std::vector<Field>& fields, std::string_view path);
const Section* find_section(const DocumentType& type, std::string_view path);

// Fields of the server that a file may carry, ignored: what `get -o yaml` prints can be applied again.
inline constexpr std::string_view kServerFields[] = {"uid",          "generation",        "resourceVersion", "creationTimestamp",
                                                     "deletionTimestamp", "finalizers", "ownerReferences", "managedFields"};

// What an object refers to, by the table.
struct Reference {
  std::string path{};  // "spec.templateRef.name"
  ObjectName to{};
  bool operator==(const Reference&) const = default;
};
std::vector<Reference> references(const Spec& spec);

}  // namespace cowherd
