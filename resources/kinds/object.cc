// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/object.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "resources/files/bulk.h"
#include "resources/files/json.h"
#include "resources/kinds/document_type.h"
#include "resources/kinds/tables.h"

namespace cowherd {

namespace {

Error corrupt(Kind kind, const std::string& path, const std::string& why) {
  return make_error(ErrorKind::Corrupt, "read spec of " + std::string(to_string(kind)) + ", field '" + path + "': " + why);
}

// What was accepted before the field had a unit stays readable: it is a fact now, not a wish.
Field as_kept(Field field) {
  field.unit.reset();
  return field;
}

// Reads every field below `path` into values; unknown keys are corrupt.
Status read_below(Kind kind, const std::string& path, const Value& document, FieldValues& values) {
  const DocumentType& type = document_type(kind);
  if (document.as_map() == nullptr) return fail(corrupt(kind, path, "not a mapping"));
  for (const auto& [key, held] : *document.as_map()) {
    const std::string below = path.empty() ? key : path + "." + key;
    if (const Field* field = find_field(type.fields, below)) {
      FieldReading reading = held.is_null() ? FieldReading(tl::unexpected<std::vector<FieldProblem>>(
                                                  {FieldProblem{.message = "it is null"}}))
                                            : read_field(as_kept(*field), held);
      if (!reading) return fail(corrupt(kind, below, reading.error().front().message));
      values.insert_or_assign(below, *std::move(reading));
    } else if (!children_of(type, below).empty()) {
      COWHERD_TRY(read_below(kind, below, held, values));
    } else {
      return fail(corrupt(kind, below, "there is no such field"));
    }
  }
  return {};
}

// Whether everything required is there, and one option of each choice.
Status check_whole(Kind kind, const FieldValues& values) {
  const DocumentType& type = document_type(kind);
  std::set<std::string> chosen;
  for (const auto& [path, value] : values) chosen.insert(option_above(type.one_of, path));
  for (const Field& field : type.fields) {
    const std::string option = option_above(type.one_of, field.path);
    if (field.need != Need::Required || values.contains(field.path)) continue;
    if (option.empty() || chosen.contains(option)) return fail(corrupt(kind, field.path, "it is missing"));
  }
  for (const OneOf& choice : type.one_of) {
    int written = 0;
    std::string names;
    for (const std::string& option : paths_of(choice)) {
      names += (names.empty() ? "" : ", ") + option;
      if (chosen.contains(option)) ++written;
    }
    if (written != 1) return fail(corrupt(kind, choice.section, "there is not exactly one of " + names));
  }
  return {};
}

std::string as_text(const Value& value) {
  if (value.as_string() != nullptr) return *value.as_string();
  return print_json(value, JsonStyle::Compact);
}

// Unset counts as smaller: the size that stands in for it is not known here.
bool shrinks(const std::optional<FieldValue>& from, const std::optional<FieldValue>& to) {
  if (!from) return false;
  const Bytes* before = std::get_if<Bytes>(&*from);
  const Bytes* after = to ? std::get_if<Bytes>(&*to) : nullptr;
  return before != nullptr && (after == nullptr || *after < *before);
}

template <class S>
std::vector<FieldChange> compare(const Table<S>& table, const S& from, const S& to) {
  std::vector<FieldChange> found;
  for (const Member<S>& row : table.members) {
    const auto before = held(table, row, from);
    const auto after = held(table, row, to);
    if (before == after) continue;
    FieldChange change;
    change.path = "spec." + row.about.path;
    if (before) change.from = as_text(print_field(row.about, *before));
    if (after) change.to = as_text(print_field(row.about, *after));
    change.change = row.about.shrink && shrinks(before, after) ? *row.about.shrink : row.about.change;
    found.push_back(std::move(change));
  }
  return found;
}

// These came after the first hashes were written. While they have their default they are left out, so that a spec nobody
// edited keeps its hash.
constexpr std::array<std::string_view, 2> kLaterFields{"snapshots.mode", "updateStrategy.snapshotBefore"};

template <class S>
Value hashed_part(const Table<S>& table, const S& from) {
  Value document = Value::map();
  for (const Member<S>& row : table.members) {
    const auto value = held(table, row, from);
    if (!value) continue;
    Value printed = print_field(row.about, *value);
    const bool is_later = std::find(kLaterFields.begin(), kLaterFields.end(), row.about.path) != kLaterFields.end();
    if (!is_later || printed != row.about.standard) document.set_path(row.about.path, std::move(printed));
  }
  return document;
}

const Table<TemplateSpec>& table_of(const TemplateSpec&) { return template_fields(); }
const Table<SandboxSpec>& table_of(const SandboxSpec&) { return sandbox_fields(); }
const Table<SnapshotSpec>& table_of(const SnapshotSpec&) { return snapshot_fields(); }
const Table<RetentionPolicySpec>& table_of(const RetentionPolicySpec&) { return retention_policy_fields(); }

}  // namespace

std::string_view to_string(ChangeClass change) {
  switch (change) {
    case ChangeClass::Live: return "Live";
    case ChangeClass::Restart: return "Restart";
    case ChangeClass::Replace: return "Replace";
    case ChangeClass::DataLoss: return "DataLoss";
  }
  return "Live";
}

Value to_value(const Spec& spec) {
  return std::visit([](const auto& what) { return disassemble(table_of(what), what); }, spec.what);
}

Result<Spec> spec_from_value(Kind kind, const Value& value) {
  FieldValues values;
  COWHERD_TRY(read_below(kind, "", value, values));
  COWHERD_TRY(check_whole(kind, values));
  return make_spec(kind, values);
}

Digest spec_hash(const Spec& spec) {
  const Value hashed = std::visit([](const auto& what) { return hashed_part(table_of(what), what); }, spec.what);
  return sha256(print_canonical_json(hashed));
}

std::vector<FieldChange> changes(const Spec& from, const Spec& to) {
  return std::visit(
      [&](const auto& before) {
        using S = std::remove_cvref_t<decltype(before)>;
        const S* after = std::get_if<S>(&to.what);
        return after == nullptr ? std::vector<FieldChange>{} : compare(table_of(before), before, *after);
      },
      from.what);
}

}  // namespace cowherd
