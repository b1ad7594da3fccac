// SPDX-License-Identifier: Apache-2.0
#include "resources/store/identity_file.h"

#include "resources/files/json.h"

namespace cowherd {

namespace {

constexpr std::int64_t kFormatVersion = 1;

}  // namespace

Value begin_identity(const char* kind) {
  Value file = Value::map();
  file.set("formatVersion", kFormatVersion);
  file.set("kind", kind);
  return file;
}

Result<Value> parse_document(std::string_view text) {
  Result<Value> value = parse_json(text);
  if (value) return value;
  return fail(make_error(ErrorKind::Corrupt, value.error().message,
                         "restore the file from a backup, or move its directory away"));
}

Status read_beginning(const Value& value, FieldReader& fields, std::string_view kind) {
  const Result<std::int64_t> version = integer_at(value, "formatVersion");
  if (version && *version != kFormatVersion) {
    return fail(ErrorKind::Corrupt, "formatVersion is " + std::to_string(*version) + ", this version reads 1",
                "a newer cowherd wrote the file: use that version");
  }
  fields.integer("formatVersion");
  if (fields.text("kind") != kind) fields.wrong("kind", "it is not " + std::string(kind));
  return {};
}

Value to_number(Bytes bytes) { return Value(static_cast<std::int64_t>(bytes.value)); }

Value to_map(const std::map<std::string, std::string>& texts) {
  Value map = Value::map();
  for (const auto& [key, text] : texts) map.set(key, text);
  return map;
}

Result<DiskDriverKind> parse_driver(const std::string& text) {
  for (const DiskDriverKind kind : {DiskDriverKind::DmSnapshot, DiskDriverKind::Qcow2}) {
    if (text == to_string(kind)) return kind;
  }
  return fail(ErrorKind::Corrupt, "'" + text + "' is no disk driver");
}

}  // namespace cowherd
