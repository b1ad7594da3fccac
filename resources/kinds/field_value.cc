// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "resources/kinds/collection_fields.h"
#include "resources/kinds/repository_text.h"
#include "resources/kinds/suggest.h"

namespace cowherd {

namespace {

using What = FieldProblem::What;

constexpr std::size_t kLongestScalar = 128;  // of a quantity or duration: beyond it nothing sensible is spelled

bool is_nested(const Value& value) { return value.as_list() != nullptr || value.as_map() != nullptr; }

std::string spelled(const Field& field, std::int64_t limit) {
  if (field.type == FieldType::Quantity) return print_quantity({static_cast<std::uint64_t>(limit)});
  if (field.type == FieldType::Duration) return print_span(Span{limit});
  return std::to_string(limit);
}

std::optional<FieldProblem> out_of_range(const Field& field, std::int64_t number, std::string_view text) {
  std::string limit;
  if (field.minimum && number < *field.minimum) limit = "less than the least, " + spelled(field, *field.minimum);
  if (field.maximum && number > *field.maximum) limit = "more than the most, " + spelled(field, *field.maximum);
  if (limit.empty()) return std::nullopt;
  return FieldProblem{What::Range, {}, quoted(text) + " is " + limit, ""};
}

// The nearest sizes that are whole multiples, the lower one first.
std::optional<FieldProblem> not_a_multiple(const Field& field, Bytes bytes, std::string_view text) {
  if (!field.unit) return std::nullopt;
  const Bytes unit{static_cast<std::uint64_t>(*field.unit)};
  const Bytes above = round_up(bytes, unit);
  if (above == bytes) return std::nullopt;
  return FieldProblem{What::Unit, {}, quoted(text) + " is not a whole multiple of " + print_quantity(unit),
                      "the nearest are " + print_quantity(above - unit) + " and " + print_quantity(above)};
}

// What somebody who wrote text for an integer meant: 010, 0x1f, 1_000, 2.0, +1, "2".
std::string integer_hint(std::string_view text) {
  std::string digits(text);
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  if (!digits.empty() && digits.front() == '+') digits.erase(0, 1);
  const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
  const bool octal = digits.starts_with("0o") || digits.starts_with("0O");
  const std::size_t skip = hexadecimal || octal ? 2 : 0;
  std::int64_t number = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data() + skip, last, number, hexadecimal ? 16 : octal ? 8 : 10);
  if (error != std::errc{}) return "write a whole number";
  const std::string_view rest(end, static_cast<std::size_t>(last - end));
  const bool only_zeroes = rest.starts_with(".") && rest.find_first_not_of('0', 1) == std::string_view::npos;
  if (!rest.empty() && !only_zeroes) return "write a whole number";
  if (std::to_string(number) == text) return "write " + std::string(text) + " without quotes";
  std::string hint = "did you mean " + std::to_string(number);
  std::int64_t as_octal = 0;
  const auto octal_end = std::from_chars(digits.data(), last, as_octal, 8).ptr;
  if (digits.front() == '0' && octal_end == last) hint += ", or " + std::to_string(as_octal) + " for octal";
  return hint + "?";
}

FieldReading read_integer(const Field& field, const Value& value) {
  const std::int64_t* number = value.as_integer();
  if (number == nullptr) {
    const std::string* text = value.as_string();
    return problem(is_nested(value) ? What::Shape : What::Type, "an integer is needed here, not " + described(value),
                   text != nullptr ? integer_hint(*text) : "write a whole number");
  }
  if (auto wrong = out_of_range(field, *number, std::to_string(*number))) return problem(*std::move(wrong));
  return *number;
}

FieldReading read_boolean(const Value& value) {
  if (const bool* truth = value.as_bool()) return *truth;
  return problem(is_nested(value) ? What::Shape : What::Type, "a boolean is needed here, not " + described(value),
                 "write true or false, without quotes");
}

FieldReading read_quantity(const Field& field, const std::string& text) {
  const Result<Bytes> bytes = parse_quantity(text);
  if (!bytes) return problem(What::Form, bytes.error().message, bytes.error().hint);
  if (auto wrong = out_of_range(field, static_cast<std::int64_t>(bytes->value), text)) return problem(*std::move(wrong));
  if (auto wrong = not_a_multiple(field, *bytes, text)) return problem(*std::move(wrong));
  return *bytes;
}

FieldReading read_duration(const Field& field, const std::string& text) {
  const Result<Span> span = parse_span(text);
  if (!span) return problem(What::Form, span.error().message, span.error().hint);
  if (text.find('-') != std::string::npos) {
    return problem(What::Form, quoted(text) + " is not a duration", "durations have no sign");
  }
  if (auto wrong = out_of_range(field, span->count(), text)) return problem(*std::move(wrong));
  return *span;
}

FieldReading read_calendar_duration(const std::string& text) {
  const Result<CalendarSpan> span = parse_calendar_span(text);
  if (!span) return problem(What::Form, span.error().message, span.error().hint);
  if (*span == CalendarSpan{}) {
    return problem(What::Range, quoted(text) + " keeps nothing", "leave the rule out, or give it some time");
  }
  return *span;
}

// Quantities and durations may come as a number without a unit: the parsers say what is missing.
FieldReading read_measure(const Field& field, const Value& value) {
  const std::int64_t* number = value.as_integer();
  if (number == nullptr && value.as_string() == nullptr) {
    return problem(is_nested(value) ? What::Shape : What::Type, "a " + std::string(to_string(field.type)) + " is needed here, not " + described(value),
                   "write it as in " + described_example(field));
  }
  const std::string text = number != nullptr ? std::to_string(*number) : *value.as_string();
  if (text.size() > kLongestScalar) {
    return problem(What::Form, quoted(text) + " is too long for a " + std::string(to_string(field.type)), "");
  }
  if (field.type == FieldType::Quantity) return read_quantity(field, text);
  if (field.type == FieldType::Duration) return read_duration(field, text);
  return read_calendar_duration(text);
}

FieldReading read_name(const std::string& text) {
  Result<ResourceName> name = ResourceName::make(text);
  if (!name) return problem(What::Form, quoted(text) + " is not a name", name.error().hint);
  return *std::move(name);
}

FieldReading read_path(const std::string& text) {
  if (text.empty()) return problem(What::Form, "the path is empty", "write an absolute path, as in /srv/images/a.ext4");
  if (text.front() != '/') {
    return problem(What::Form, quoted(text) + " is a relative path", "write an absolute path, beginning with /");
  }
  if (text.size() > kMaxPathBytes || has_control(text)) {
    return problem(What::Form, quoted(text) + " is not a path",
                   "at most " + std::to_string(kMaxPathBytes) + " bytes, without control characters");
  }
  return text;
}

FieldReading read_sha256(const std::string& text) {
  Result<Digest> digest = Digest::make(text);
  if (!digest) return problem(What::Form, quoted(text) + " is not a SHA-256", digest.error().hint);
  return *std::move(digest);
}

FieldReading read_enum(const Field& field, const std::string& text) {
  const auto found = std::find(field.values.begin(), field.values.end(), text);
  if (found != field.values.end()) return EnumIndex{static_cast<std::size_t>(found - field.values.begin())};
  std::string all;
  for (const std::string& choice : field.values) all += (all.empty() ? "" : ", ") + choice;
  return problem(What::Choice, quoted(text) + " is none of " + all, did_you_mean(text, field.values));
}

FieldReading read_text(const Field& field, const Value& value) {
  const std::string* text = value.as_string();
  if (text == nullptr) return problem(text_needed(value));
  switch (field.type) {
    case FieldType::AbsolutePath: return read_path(*text);
    case FieldType::Sha256: return read_sha256(*text);
    case FieldType::Enum: return read_enum(field, *text);
    case FieldType::RepositoryUrl:
    case FieldType::RefName:
    case FieldType::CommitName:
    case FieldType::RepositoryPath:
    case FieldType::UserName: return read_repository_text(field.type, *text);
    default: return read_name(*text);
  }
}

}  // namespace

FieldReading read_field(const Field& field, const Value& value) {
  switch (field.type) {
    case FieldType::Integer: return read_integer(field, value);
    case FieldType::Boolean: return read_boolean(value);
    case FieldType::Quantity:
    case FieldType::Duration:
    case FieldType::CalendarDuration: return read_measure(field, value);
    case FieldType::OfMember:
    case FieldType::Name:
    case FieldType::AbsolutePath:
    case FieldType::Sha256:
    case FieldType::Enum:
    case FieldType::RepositoryUrl:
    case FieldType::RefName:
    case FieldType::CommitName:
    case FieldType::RepositoryPath:
    case FieldType::UserName: return read_text(field, value);
    case FieldType::TextList:
    case FieldType::NameList:
    case FieldType::GroupList:
    case FieldType::Labels:
    case FieldType::Annotations:
    case FieldType::SelectorList: return read_collection(field, value);
  }
  return read_text(field, value);
}

namespace {

Value print_labels(const LabelSelector& labels) {
  Value printed = Value::map();
  for (const auto& [key, text] : labels) printed.set(key, text);
  return printed;
}

struct Printer {
  const Field& field;
  Value operator()(std::int64_t number) const { return number; }
  Value operator()(bool truth) const { return truth; }
  Value operator()(const std::string& text) const { return text; }
  Value operator()(Bytes bytes) const { return print_quantity(bytes); }
  Value operator()(Span span) const { return print_span(span); }
  Value operator()(const CalendarSpan& span) const { return print_calendar_span(span); }
  Value operator()(const ResourceName& name) const { return name.str(); }
  Value operator()(const Digest& digest) const { return digest.str(); }
  Value operator()(EnumIndex index) const { return field.values.at(index.value); }
  Value operator()(const std::vector<std::string>& items) const {
    Value printed = Value::list();
    for (const std::string& item : items) printed.add(item);
    return printed;
  }
  Value operator()(const LabelSelector& labels) const { return print_labels(labels); }
  Value operator()(const std::vector<LabelSelector>& selectors) const {
    Value printed = Value::list();
    for (const LabelSelector& selector : selectors) printed.add(Value::Map{{"matchLabels", print_labels(selector)}});
    return printed;
  }
};

}  // namespace

Value print_field(const Field& field, const FieldValue& value) { return std::visit(Printer{field}, value); }

}  // namespace cowherd
