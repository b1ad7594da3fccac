// SPDX-License-Identifier: Apache-2.0
// Properties over generated objects: what is printed is read back, defaults are idempotent, text never crashes the reader.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "resources/files/json.h"
#include "resources/kinds/document_type.h"
#include "tests/unit/manifest/manifest_text.h"

namespace cowherd::testing {
namespace {

std::string word(int least, int most) {
  const auto size = *rc::gen::inRange(least, most + 1);
  return *rc::gen::container<std::string>(static_cast<std::size_t>(size), rc::gen::elementOf(std::string("abcxyz019")));
}

ResourceName a_name() { return ResourceName::make(word(1, 20)).value(); }

LabelSelector some_labels(int least) {
  LabelSelector labels;
  const int count = *rc::gen::inRange(least, 4);
  for (int i = 0; i < count; ++i) labels["l" + std::to_string(i)] = word(0, 10);
  return labels;
}

// Of a field with a unit those spellings that are multiples of it whatever the number.
std::string a_size(const Field& field) {
  std::vector<std::string> suffixes{"Mi", "Gi"};
  if (!field.unit) suffixes.insert(suffixes.end(), {"M", "G"});
  return std::to_string(*rc::gen::inRange(32, 5000)) + *rc::gen::elementOf(suffixes);
}

// A value of the field, as a document spells it.
Value a_value(const Field& field) {
  const auto number = [&](std::int64_t least, std::int64_t most) {
    return *rc::gen::inRange<std::int64_t>(std::max(least, field.minimum.value_or(least)),
                                           std::min(most, field.maximum.value_or(most)) + 1);
  };
  switch (field.type) {
    case FieldType::Name: return a_name().str();
    case FieldType::AbsolutePath: return "/" + word(0, 30);
    case FieldType::Sha256: return std::string(64, *rc::gen::elementOf(std::string("0123456789abcdef")));
    case FieldType::Quantity: return a_size(field);
    case FieldType::Duration: return print_span(Span{number(1000, 100'000'000)});
    case FieldType::CalendarDuration: return print_calendar_span({*rc::gen::inRange(0, 5), *rc::gen::inRange(0, 12), *rc::gen::inRange(0, 40), *rc::gen::inRange(1, 90)});
    case FieldType::Integer: return number(-1, 200);
    case FieldType::Boolean: return *rc::gen::arbitrary<bool>();
    case FieldType::Enum: return *rc::gen::elementOf(field.values);
    case FieldType::TextList: return Value::List{word(1, 10), word(1, 10)};
    case FieldType::NameList: return Value::List{"a" + word(1, 5), "b" + word(1, 5)};
    case FieldType::GroupList: return *rc::gen::element(Value(Value::List{"None"}), Value(Value::List{"Sandbox", "Label:tier"}));
    case FieldType::SelectorList: return Value::List{Value::Map{{"matchLabels", Value::Map{{"a", word(0, 5)}}}}};
    case FieldType::RepositoryUrl: return "https://" + word(1, 20) + "/" + word(1, 20);
    case FieldType::RefName:
    case FieldType::RepositoryPath:
    case FieldType::UserName: return word(1, 20);
    case FieldType::CommitName: return std::string(40, *rc::gen::elementOf(std::string("0123456789abcdef")));
    case FieldType::Labels:
    case FieldType::Annotations:
    case FieldType::OfMember: break;
  }
  Value labels = Value::map();
  for (const auto& [key, text] : some_labels(1)) labels.set(key, text);
  return labels;
}

// Required fields always, of a choice one option, each other one by chance.
Spec a_spec(Kind kind) {
  FieldValues values;
  bool keeps = false;
  const DocumentType& type = document_type(kind);
  std::set<std::string> chosen{""};
  for (const OneOf& choice : type.one_of) chosen.insert(*rc::gen::elementOf(paths_of(choice)));
  for (const Field& field : type.fields) {
    if (!chosen.contains(option_above(type.one_of, field.path))) continue;
    const bool keep = field.path.starts_with("keep.");
    const bool needed = field.need == Need::Required || (keep && !keeps);
    if (!needed && !*rc::gen::arbitrary<bool>()) continue;
    keeps = keeps || keep;
    values.insert_or_assign(field.path, read_field(field, a_value(field)).value());
  }
  return make_spec(kind, values);
}

Object an_object() {
  Object object;
  object.spec = a_spec(*rc::gen::elementOf(std::vector<Kind>(std::begin(kAllKinds), std::end(kAllKinds))));
  object.metadata.name = a_name();
  object.metadata.labels = some_labels(0);
  object.metadata.annotations = {{"note", *rc::gen::string<std::string>()}};
  return object;
}

std::string as_manifest(const Object& object) {
  const DocumentType& type = document_type(object.spec.kind());
  return print_json(Value::Map{{"apiVersion", type.api_version},
                               {"kind", type.kind},
                               {"metadata", to_value(object.metadata)},
                               {"spec", to_value(object.spec)}},
                    JsonStyle::Pretty);
}

TEST(ManifestProperties, WhatIsPrintedIsReadBack) {
  EXPECT_TRUE(rc::check([] {
    Object object = an_object();
    object.metadata.annotations = {{"note", word(0, 40)}};
    const auto parsed = parse(as_manifest(object));
    for (const Diagnostic& each : parsed.diagnostics) RC_LOG() << print_diagnostic(each);
    RC_ASSERT(parsed.documents.size() == 1u);
    RC_ASSERT(parsed.documents[0].object == object);
  }));
}

TEST(ManifestProperties, SpecsComeBackFromTheirValues) {
  EXPECT_TRUE(rc::check([] {
    const Spec spec = an_object().spec;
    const auto back = spec_from_value(spec.kind(), to_value(spec));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == spec);
    RC_ASSERT(spec_hash(*back) == spec_hash(spec));
  }));
}

TEST(ManifestProperties, DefaultsAreIdempotent) {
  EXPECT_TRUE(rc::check([] {
    const Spec spec = an_object().spec;
    const Value once = to_value(spec);
    RC_ASSERT(to_value(spec_from_value(spec.kind(), once).value()) == once);
  }));
}

TEST(ManifestProperties, ChangesAreEmptyExactlyForEqualSpecs) {
  EXPECT_TRUE(rc::check([] {
    const Kind kind = *rc::gen::elementOf(std::vector<Kind>(std::begin(kAllKinds), std::end(kAllKinds)));
    const Spec from = a_spec(kind);
    const Spec to = a_spec(kind);
    RC_ASSERT(changes(from, to).empty() == (from == to));
    RC_ASSERT(changes(from, from).empty());
    RC_ASSERT((spec_hash(from) == spec_hash(to)) == (from == to));
  }));
}

TEST(ManifestProperties, DamagedManifestsNeverCrashAndNeverHalfCount) {
  EXPECT_TRUE(rc::check([] {
    std::string text = as_manifest(an_object()) + "---\n" + sandbox("web", "  resources: {vcpus: 2}\n");
    const int edits = *rc::gen::inRange(1, 6);
    for (int i = 0; i < edits; ++i) {
      const auto at = static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(text.size())));
      const char letter = *rc::gen::elementOf(std::string(",:-?[]{}#&*!|>'\"%@` a\n\t\\~\x04"));
      switch (*rc::gen::inRange(0, 3)) {
        case 0: text[at] = letter; break;
        case 1: text.insert(at, 1, letter); break;
        default: text.erase(at, static_cast<std::size_t>(*rc::gen::inRange(1, 20))); break;
      }
    }
    const auto parsed = parse(text);
    RC_ASSERT(!has_errors(parsed.diagnostics) || parsed.documents.empty());
    for (const Diagnostic& each : parsed.diagnostics) RC_ASSERT(!print_diagnostic(each).empty());
  }));
}

}  // namespace
}  // namespace cowherd::testing
