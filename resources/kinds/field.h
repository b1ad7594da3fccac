// SPDX-License-Identifier: Apache-2.0
// What one field of a document is: where it stands, what it may hold, what it is by default, what an edit costs. One
// table of these per kind drives decoding, defaults, JSON Schema, `explain` and change classes, so that they cannot
// disagree. Pure values; no YAML here: a field reads and prints Value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "resources/kinds/object.h"

namespace cowherd {

enum class FieldType {
  OfMember,  // in a table row only: taken from the type of the struct member
  Name,
  AbsolutePath,
  Sha256,
  Quantity,
  Duration,
  CalendarDuration,
  Integer,
  Boolean,
  Enum,
  TextList,   // kernel arguments: printable, not empty
  NameList,
  GroupList,  // Sandbox | Mode | None | Label:<key>
  Labels,
  Annotations,
  SelectorList,  // each {matchLabels: {…}}
  RepositoryUrl,
  RefName,         // of a branch or tag, without refs/heads/
  CommitName,      // whole
  RepositoryPath,  // below the root of a repository
  UserName,        // of HTTP
};

// "quantity", "list of names": how `explain` calls it.
std::string_view to_string(FieldType type);

enum class Need {
  Optional,
  Required,    // below an option of a OneOf: once that option is written
  WithParent,  // required once the mapping that holds it is written: initrd.path
};

struct Field {
  std::string path{};  // dotted, below the part the table describes: "resources.memory"
  FieldType type = FieldType::OfMember;
  Need need = Need::Optional;
  Value standard{};  // the default as a document spells it; null for none
  // Inclusive. Integers: the value. Quantities: bytes. Durations: milliseconds. Lists and mappings: number of items.
  std::optional<std::int64_t> minimum{};
  std::optional<std::int64_t> maximum{};
  std::optional<std::int64_t> unit{};  // of a quantity: it is a whole multiple of so many bytes
  std::vector<std::string> values{};  // Enum, in the order of the enumerators
  std::optional<Kind> refers_to{};    // Name of another object
  ChangeClass change = ChangeClass::Live;
  std::optional<ChangeClass> shrink{};  // when a size shrinks or goes; unset: as change
  std::string doc{};
  Value example{};
};

// A mapping between the root and the fields. Those without a row are plain and optional.
struct Section {
  std::string path{};
  std::string doc{};
  enum class Rule { Plain, NotEmpty, RequiredNotEmpty } rule = Rule::Plain;
};

// Of these mappings or fields, all directly below `section`, one is written. What is required below an option is required
// once that option is written, and its defaults stand for nothing while it is not. Every option of ExactlyOne is a field
// or holds a required one; those of AtMostOne are fields.
struct OneOf {
  std::string section{};  // "" for the root; ExactlyOne: that, or an option of another one
  std::vector<std::string> options{};
  enum class Rule { ExactlyOne, AtMostOne } rule = Rule::ExactlyOne;
};

// Path of the option that a field stands in; "" for none.
std::string option_above(const std::vector<OneOf>& one_of, std::string_view path);
// Path of the option that a choice stands in or below; "" for none.
std::string option_around(const std::vector<OneOf>& one_of, const OneOf& choice);
// Path of each option.
std::vector<std::string> paths_of(const OneOf& choice);

// Position of a value in Field::values.
struct EnumIndex {
  std::size_t value = 0;
  bool operator==(const EnumIndex&) const = default;
};

using FieldValue = std::variant<std::int64_t, std::string, Bytes, Span, CalendarSpan, ResourceName, Digest, EnumIndex,
                                std::vector<std::string>, LabelSelector, std::vector<LabelSelector>, bool>;

// What is wrong with a value. `at` leads from the value to the culprit: item of a list or member of a mapping, by
// position, level by level; empty for the value itself.
struct FieldProblem {
  enum class What { Shape, Type, Form, Range, Unit, Choice, Count, Empty, Duplicate, Key };
  What what = What::Form;
  std::vector<std::size_t> at{};
  std::string message{};
  std::string hint{};
};

using FieldReading = tl::expected<FieldValue, std::vector<FieldProblem>>;

// Checks and converts a value as a document spells it. Never null: null is for the caller to refuse.
FieldReading read_field(const Field& field, const Value& value);
// The reverse; read_field reads it back.
Value print_field(const Field& field, const FieldValue& value);

// Limits on what a user controls.
inline constexpr std::size_t kMaxLabels = 64;
inline constexpr std::size_t kMaxLabelPrefix = 253;
inline constexpr std::size_t kMaxLabelName = 63;
inline constexpr std::size_t kMaxAnnotationBytes = 4096;
inline constexpr std::size_t kMaxPathBytes = 4095;  // PATH_MAX less the final NUL
inline constexpr std::size_t kMaxListItems = 64;
inline constexpr std::size_t kMaxTextBytes = 512;
inline constexpr std::size_t kMaxUrlBytes = 2048;
inline constexpr std::size_t kMaxRefBytes = 255;
inline constexpr std::size_t kMaxUserBytes = 255;

// Of texts of this type; 0 when their form alone bounds them.
std::size_t max_bytes_of(FieldType type);

// ECMA-262 regular expression for JSON Schema, equivalent to what read_field accepts in a text of this type or in an item
// of this list type; empty when it accepts any text.
std::string pattern_of(FieldType type);
std::string label_key_pattern();
std::string label_value_pattern();

// Text of a user as a message may carry it: quoted, control characters replaced, cut at 80 bytes.
std::string quoted(std::string_view text);

}  // namespace cowherd
