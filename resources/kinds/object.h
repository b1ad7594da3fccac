// SPDX-License-Identifier: Apache-2.0
// One declared object: metadata, the defaulted spec of its kind, and what an edit of it means.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "resources/kinds/metadata.h"
#include "resources/kinds/retention_policy.h"
#include "resources/kinds/sandbox.h"
#include "resources/kinds/snapshot.h"
#include "resources/kinds/template.h"
#include "resources/vocabulary/value.h"

namespace cowherd {

struct Spec {
  std::variant<TemplateSpec, SandboxSpec, SnapshotSpec, RetentionPolicySpec> what{};
  bool operator==(const Spec&) const = default;
  Kind kind() const { return static_cast<Kind>(what.index()); }
};

struct Object {
  Metadata metadata{};
  Spec spec{};
  bool operator==(const Object&) const = default;
  ObjectName name() const { return {spec.kind(), metadata.name}; }
};

// What applying an edit of a field costs, in rising order.
enum class ChangeClass { Live, Restart, Replace, DataLoss };
std::string_view to_string(ChangeClass change);

struct FieldChange {
  std::string path{};   // "spec.resources.memory"
  std::string from{};   // as a manifest spells it, "" when unset
  std::string to{};
  ChangeClass change = ChangeClass::Live;
  bool operator==(const FieldChange&) const = default;
};

// The spec as a document, defaults filled in, fields in table order: what identity files hold and -o yaml shows.
Value to_value(const Spec& spec);
// The reverse, for identity files: Corrupt for anything to_value did not write (unknown keys included).
Result<Spec> spec_from_value(Kind kind, const Value& value);
// SHA-256 over the canonical JSON of to_value(spec), without fields that came later and have their default.
Digest spec_hash(const Spec& spec);
// Field by field, in table order; both of one kind. A size that shrinks may have a higher class than one that grows.
std::vector<FieldChange> changes(const Spec& from, const Spec& to);

}  // namespace cowherd
