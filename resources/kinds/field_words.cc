// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "resources/files/json.h"
#include "resources/kinds/collection_fields.h"

namespace cowherd {

std::string_view to_string(FieldType type) {
  switch (type) {
    case FieldType::OfMember: return "value";
    case FieldType::Name: return "name";
    case FieldType::AbsolutePath: return "absolute path";
    case FieldType::Sha256: return "SHA-256";
    case FieldType::Quantity: return "quantity";
    case FieldType::Duration: return "duration";
    case FieldType::CalendarDuration: return "calendar duration";
    case FieldType::Integer: return "integer";
    case FieldType::Boolean: return "boolean";
    case FieldType::Enum: return "choice";
    case FieldType::TextList: return "list of texts";
    case FieldType::NameList: return "list of names";
    case FieldType::GroupList: return "list of groupings";
    case FieldType::Labels: return "labels";
    case FieldType::Annotations: return "annotations";
    case FieldType::SelectorList: return "list of selectors";
    case FieldType::RepositoryUrl: return "URL";
    case FieldType::RefName: return "name of a branch or tag";
    case FieldType::CommitName: return "commit";
    case FieldType::RepositoryPath: return "path in the repository";
    case FieldType::UserName: return "user name";
  }
  return "value";
}

std::string label_key_pattern() {
  return "^(?=[^/]{1,253}(/|$))([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
         "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$";
}

std::string label_value_pattern() { return "^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$"; }

std::string pattern_of(FieldType type) {
  switch (type) {
    case FieldType::Name:
    case FieldType::NameList: return "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";
    case FieldType::AbsolutePath: return "^/[^\\u0000-\\u001f\\u007f]*$";
    case FieldType::TextList: return "^[^\\u0000-\\u001f\\u007f]+$";
    case FieldType::Sha256: return "^[0-9a-f]{64}$";
    case FieldType::Quantity: return "^(0|[1-9][0-9]*)(Ki|Mi|Gi|Ti|k|M|G|T)$";
    case FieldType::Duration: return "^(?=.)([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$";
    case FieldType::CalendarDuration: return "^(?=.*[1-9])([0-9]+y)?([0-9]+mo)?([0-9]+d)?([0-9]+h)?$";
    case FieldType::GroupList: return "^(Sandbox|Mode|None|Label:" + label_key_pattern().substr(1, label_key_pattern().size() - 2) + ")$";
    case FieldType::RepositoryUrl:
      return "^((https?|git|ssh)://([A-Za-z0-9_][!-.0-~]*@)?([A-Za-z0-9][A-Za-z0-9._-]*|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?/[!\"$->@-\\[\\]-~]+"
             "|file:///[!\"$->@-\\[\\]-~]+)$";
    case FieldType::RefName:
      return "^(?![-/])(?!@$)(?!refs/)(?!.*(\\.\\.|@\\{|//))(?!(.*/)?\\.)(?!.*\\.lock(/|$))(?!.*[./]$)[^\\u0000-\\u0020\\u007f~^:?*\\[\\\\]+$";
    case FieldType::CommitName: return "^([0-9a-f]{40}|[0-9a-f]{64})$";
    case FieldType::RepositoryPath:
      return "^(?!(.*/)?(\\.\\.?|\\.[gG][iI][tT])(/|$))[^/\\u0000-\\u001f\\u007f]+(/[^/\\u0000-\\u001f\\u007f]+)*$";
    case FieldType::UserName: return "^[^:\\u0000-\\u001f\\u007f]+$";
    default: return "";
  }
}

std::size_t max_bytes_of(FieldType type) {
  switch (type) {
    case FieldType::AbsolutePath:
    case FieldType::RepositoryPath: return kMaxPathBytes;
    case FieldType::TextList: return kMaxTextBytes;
    case FieldType::RepositoryUrl: return kMaxUrlBytes;
    case FieldType::RefName: return kMaxRefBytes;
    case FieldType::UserName: return kMaxUserBytes;
    default: return 0;
  }
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::size_t length = text.size();
  if (length > kLongest) {
    length = kLongest;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) --length;
  }
  std::string shown(text.substr(0, length));
  std::replace_if(shown.begin(), shown.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }, '?');
  return "'" + shown + (length < text.size() ? "…" : "") + "'";
}

tl::unexpected<std::vector<FieldProblem>> problem(FieldProblem found) {
  return tl::unexpected<std::vector<FieldProblem>>(std::vector<FieldProblem>{std::move(found)});
}

tl::unexpected<std::vector<FieldProblem>> problem(FieldProblem::What what, std::string message, std::string hint) {
  return problem(FieldProblem{what, {}, std::move(message), std::move(hint)});
}

std::string described(const Value& value) {
  if (value.as_string() != nullptr) return "the text " + quoted(*value.as_string());
  if (value.as_integer() != nullptr) return "the integer " + std::to_string(*value.as_integer());
  if (value.as_bool() != nullptr) return std::string("the boolean ") + (*value.as_bool() ? "true" : "false");
  if (value.as_list() != nullptr) return "a list";
  if (value.as_map() != nullptr) return "a mapping";
  return "nothing";
}

std::string described_example(const Field& field) {
  const Value& example = field.example.is_null() ? field.standard : field.example;
  if (example.as_string() != nullptr) return *example.as_string();
  if (const Value::List* items = example.as_list(); items != nullptr && !items->empty()) {
    return items->front().as_string() != nullptr ? *items->front().as_string() : print_json(items->front(), JsonStyle::Compact);
  }
  return print_json(example, JsonStyle::Compact);
}

FieldProblem text_needed(const Value& value) {
  FieldProblem found{FieldProblem::What::Type, {}, "text is needed here, not " + described(value), ""};
  if (value.as_integer() != nullptr) found.hint = "write \"" + std::to_string(*value.as_integer()) + "\"";
  if (value.as_bool() != nullptr) found.hint = std::string("write \"") + (*value.as_bool() ? "true" : "false") + "\"";
  if (value.as_list() != nullptr || value.as_map() != nullptr) found.what = FieldProblem::What::Shape;
  return found;
}

}  // namespace cowherd
