// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/field_facts.h"

#include "resources/files/json.h"
#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

std::string limit(const Field& field, std::int64_t number) {
  if (field.type == FieldType::Quantity) return print_quantity({static_cast<std::uint64_t>(number)});
  if (field.type == FieldType::Duration) return print_span(Span{number});
  return std::to_string(number);
}

std::string range(const Field& field) {
  if (field.minimum && field.maximum) return limit(field, *field.minimum) + " to " + limit(field, *field.maximum);
  if (field.minimum) return "at least " + limit(field, *field.minimum);
  if (field.maximum) return "at most " + limit(field, *field.maximum);
  return "";
}

std::string change_text(const Field& field) {
  const auto words = [](ChangeClass change) -> std::string {
    switch (change) {
      case ChangeClass::Live: return "Live (applied while it runs)";
      case ChangeClass::Restart: return "Restart (the machine restarts)";
      case ChangeClass::Replace: return "Replace (needs a new disk: waits for approval or updateStrategy Recreate)";
      case ChangeClass::DataLoss: return "DataLoss (waits for approval)";
    }
    return "";
  };
  std::string text = words(field.change);
  if (field.shrink) text += "; when it shrinks or is taken out: " + words(*field.shrink);
  return text;
}

std::string need_text(const DocumentType& type, const Field& field, bool in_spec) {
  if (field.need == Need::WithParent) return "when the mapping around it is there";
  if (field.need != Need::Required) return "no";
  const std::string option = in_spec ? option_above(type.one_of, field.path) : "";
  return option.empty() ? "yes" : "with spec." + option;
}

}  // namespace

std::string shown(const Value& value) {
  return value.as_string() != nullptr ? *value.as_string() : print_json(value, JsonStyle::Compact);
}

std::string told(const OneOf& choice) {
  const std::string count = choice.rule == OneOf::Rule::ExactlyOne ? "Exactly one of " : "At most one of ";
  return count + listed(paths_of(choice)) + " is written.";
}

std::vector<std::pair<std::string, std::string>> facts_of(const DocumentType& type, const Field& field, bool in_spec) {
  std::vector<std::pair<std::string, std::string>> facts{{"required", need_text(type, field, in_spec)}};
  const auto add = [&](std::string title, std::string content) {
    if (!content.empty()) facts.emplace_back(std::move(title), std::move(content));
  };
  if (!field.standard.is_null()) add("default", shown(field.standard));
  add("values", listed(field.values));
  add(field.values.empty() ? "range" : "limits", range(field));
  if (field.unit) add("multiple", "of " + limit(field, *field.unit));
  if (field.refers_to) add("names a", std::string(to_string(*field.refers_to)));
  if (in_spec && type.api_version == kApiVersion) add("an edit", change_text(field));
  if (!field.example.is_null()) add("example", shown(field.example));
  return facts;
}

}  // namespace cowherd
