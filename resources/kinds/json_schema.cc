// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/json_schema.h"

#include <algorithm>

namespace cowherd {

namespace {

Value text_schema(const std::string& pattern) {
  Value schema = Value::Map{{"type", "string"}};
  if (!pattern.empty()) schema.set("pattern", pattern);
  return schema;
}

Value text_schema(FieldType type) {
  Value schema = text_schema(pattern_of(type));
  if (max_bytes_of(type) > 0) schema.set("maxLength", static_cast<std::int64_t>(max_bytes_of(type)));
  return schema;
}

Value labels_schema(FieldType type) {
  Value value = type == FieldType::Labels ? text_schema(label_value_pattern()) : text_schema("");
  if (type == FieldType::Annotations) value.set("maxLength", static_cast<std::int64_t>(kMaxAnnotationBytes));
  return Value::Map{{"type", "object"},
                    {"propertyNames", Value::Map{{"pattern", label_key_pattern()}}},
                    {"additionalProperties", std::move(value)}};
}

Value selector_schema() {
  Value labels = labels_schema(FieldType::Labels);
  labels.set("minProperties", 1);
  return Value::Map{{"type", "object"},
                    {"additionalProperties", false},
                    {"required", Value::List{"matchLabels"}},
                    {"properties", Value::Map{{"matchLabels", std::move(labels)}}}};
}

Value list_schema(const Field& field) {
  Value items = field.type == FieldType::SelectorList ? selector_schema() : text_schema(field.type);
  Value schema = Value::Map{{"type", "array"}, {"items", std::move(items)}};
  if (field.type == FieldType::NameList || field.type == FieldType::GroupList) schema.set("uniqueItems", true);
  if (field.type == FieldType::GroupList) {
    schema.set("if", Value::Map{{"contains", Value::Map{{"const", "None"}}}});
    schema.set("then", Value::Map{{"maxItems", 1}});
  }
  return schema;
}

Value enum_schema(const Field& field) {
  Value choices = Value::list();
  for (const std::string& choice : field.values) choices.add(choice);
  return Value::Map{{"type", "string"}, {"enum", std::move(choices)}};
}

Value type_schema(const Field& field) {
  switch (field.type) {
    case FieldType::Integer: return Value::Map{{"type", "integer"}};
    case FieldType::Boolean: return Value::Map{{"type", "boolean"}};
    case FieldType::Enum: return enum_schema(field);
    case FieldType::TextList:
    case FieldType::NameList:
    case FieldType::GroupList:
    case FieldType::SelectorList: return list_schema(field);
    case FieldType::Labels:
    case FieldType::Annotations: return labels_schema(field.type);
    default: return text_schema(field.type);
  }
}

// The words for the limits of this type; nothing for quantities and durations, whose limits are in the text.
void set_limits(Value& schema, const Field& field) {
  std::string least;
  std::string most;
  const std::string* type = schema.find("type")->as_string();
  if (*type == "integer") least = "minimum", most = "maximum";
  if (*type == "array") least = "minItems", most = "maxItems";
  if (*type == "object") least = "minProperties", most = "maxProperties";
  if (least.empty()) return;
  if (field.minimum) schema.set(least, *field.minimum);
  if (field.maximum) schema.set(most, *field.maximum);
}

std::string described_limits(const Field& field) {
  const auto spelled = [&](std::int64_t limit) {
    return field.type == FieldType::Quantity ? print_quantity({static_cast<std::uint64_t>(limit)}) : print_span(Span{limit});
  };
  std::string text;
  if (field.type != FieldType::Quantity && field.type != FieldType::Duration) return text;
  if (field.minimum && *field.minimum > 0) text += " At least " + spelled(*field.minimum) + ".";
  if (field.maximum) text += " At most " + spelled(*field.maximum) + ".";
  if (field.unit) text += " A whole multiple of " + spelled(*field.unit) + ".";
  return text;
}

Value field_schema(const Field& field) {
  Value schema = type_schema(field);
  set_limits(schema, field);
  schema.set("description", field.doc + described_limits(field));
  if (!field.standard.is_null()) schema.set("default", field.standard);
  if (!field.example.is_null()) schema.set("examples", Value::List{field.example});
  return schema;
}

// ExactlyOne as oneOf; of each AtMostOne no two together.
void set_choices(Value& schema, const DocumentType& type, const std::string& path) {
  Value excluded = Value::list();
  for (const OneOf& choice : type.one_of) {
    if (choice.section != path) continue;
    Value options = Value::list();
    for (auto option = choice.options.begin(); option != choice.options.end(); ++option) {
      options.add(Value::Map{{"required", Value::List{*option}}});
      if (choice.rule == OneOf::Rule::ExactlyOne) continue;
      for (auto other = option + 1; other != choice.options.end(); ++other) {
        excluded.add(Value::Map{{"required", Value::List{*option, *other}}});
      }
    }
    if (choice.rule == OneOf::Rule::ExactlyOne) schema.set("oneOf", std::move(options));
  }
  if (!excluded.as_list()->empty()) schema.set("not", Value::Map{{"anyOf", std::move(excluded)}});
}

Value section_schema(const DocumentType& type, const std::string& path, const std::string& doc) {
  Value properties = Value::map();
  Value required = Value::list();
  for (const std::string& name : children_of(type, path)) {
    const std::string below = path.empty() ? name : path + "." + name;
    const Field* field = find_field(type.fields, below);
    const Section* section = find_section(type, below);
    properties.set(name, field != nullptr ? field_schema(*field)
                                          : section_schema(type, below, section != nullptr ? section->doc : ""));
    if (is_required(type, below) || (field != nullptr && field->need == Need::WithParent)) required.add(name);
  }
  Value schema = Value::Map{{"type", "object"}, {"description", doc}, {"additionalProperties", false}};
  const Section* own = find_section(type, path);
  if (own != nullptr && own->rule != Section::Rule::Plain) schema.set("minProperties", 1);
  if (!required.as_list()->empty()) schema.set("required", std::move(required));
  set_choices(schema, type, path);
  schema.set("properties", std::move(properties));
  return schema;
}

Value ignored() { return Value::Map{{"description", "Set by cowherd; ignored in a file."}, {"deprecated", true}}; }

Value metadata_schema(const DocumentType& type) {
  Value properties = Value::map();
  Value required = Value::list();
  for (const Field& field : type.metadata) {
    properties.set(field.path, field_schema(field));
    if (field.need == Need::Required) required.add(field.path);
  }
  for (const std::string_view name : kServerFields) properties.set(name, ignored());
  return Value::Map{{"type", "object"},
                    {"description", "Who the object is."},
                    {"additionalProperties", false},
                    {"required", std::move(required)},
                    {"properties", std::move(properties)}};
}

}  // namespace

Value json_schema(const DocumentType& type) {
  Value properties = Value::Map{
      {"apiVersion", Value::Map{{"const", type.api_version}, {"description", "Version of this format."}}},
      {"kind", Value::Map{{"const", type.kind}, {"description", type.doc}}}};
  Value required = Value::List{"apiVersion", "kind"};
  if (!type.metadata.empty()) {
    properties.set("metadata", metadata_schema(type));
    required.add("metadata");
  }
  properties.set("spec", section_schema(type, "", "What is wanted."));
  if (is_required(type, "")) required.add("spec");
  if (!type.metadata.empty()) properties.set("status", ignored());
  return Value::Map{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                    {"$id", "https://cowherd.dev/schemas/v1alpha1/" + schema_file_name(type)},
                    {"title", type.kind + " (" + type.api_version + ")"},
                    {"description", type.doc},
                    {"type", "object"},
                    {"additionalProperties", false},
                    {"required", std::move(required)},
                    {"properties", std::move(properties)}};
}

Value json_schema(Kind kind) { return json_schema(document_type(kind)); }

std::string schema_file_name(const DocumentType& type) {
  if (type.kind == kConfigKind) return "config.schema.json";
  std::string name = type.kind;
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name + ".schema.json";
}

}  // namespace cowherd
