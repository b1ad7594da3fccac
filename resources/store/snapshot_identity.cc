// SPDX-License-Identifier: Apache-2.0
#include "resources/store/snapshot_identity.h"

#include "resources/files/json.h"
#include "resources/store/identity_file.h"

namespace cowherd {

namespace {

Result<SnapshotSpec> parse_spec(const Value& value) {
  COWHERD_ASSIGN(Spec spec, spec_from_value(Kind::Snapshot, value));
  return std::get<SnapshotSpec>(std::move(spec.what));
}

Result<std::string> parse_power(const std::string& text) {
  if (text == "Running" || text == "Paused" || text == "Stopped") return text;
  return fail(ErrorKind::Corrupt, "'" + text + "' is no power state");
}

// Names of files in the directory itself, so that a record never leads anywhere else.
Result<std::string> parse_part_name(const std::string& text) {
  if (!text.empty() && text != "." && text != ".." && text.find('/') == std::string::npos) return text;
  return fail(ErrorKind::Corrupt, "'" + text + "' is no name of a file");
}

Value to_value(const SnapshotPart& part) {
  Value value = Value::map();
  value.set("name", part.name);
  value.set("size", to_number(part.size));
  value.set("sha256", part.sha256.str());
  return value;
}

Result<SnapshotPart> parse_part(const Value& value) {
  FieldReader fields(value);
  SnapshotPart part;
  part.name = fields.take("name", parse_part_name(fields.text("name")));
  part.size = fields.bytes("size");
  part.sha256 = fields.made<Digest>("sha256");
  COWHERD_TRY(fields.done());
  return part;
}

Result<std::vector<SnapshotPart>> parse_parts(const Value& value) {
  std::vector<SnapshotPart> parts;
  if (value.as_list() == nullptr) return fail(ErrorKind::Corrupt, "it is not a list");
  for (const Value& entry : *value.as_list()) {
    COWHERD_ASSIGN(SnapshotPart part, parse_part(entry));
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

std::string print_identity(const SnapshotIdentity& identity) {
  Value file = begin_identity("Snapshot");
  file.set("name", identity.name.str());
  file.set("uid", identity.uid.str());
  file.set("origin", identity.origin);
  file.set("labels", to_map(identity.labels));
  file.set("spec", to_value(Spec{identity.spec}));
  file.set("specHash", identity.spec_hash.str());
  file.set("sandbox", identity.sandbox.str());
  file.set("sandboxUid", identity.sandbox_uid.str());
  file.set("template", identity.template_name);
  file.set("revision", identity.revision.str());
  file.set("driver", to_string(identity.driver));
  file.set("diskSize", to_number(identity.disk_size));
  file.set("captured", print_moment(identity.captured));
  file.set("power", identity.power);
  if (identity.memory) file.set("memory", to_value(*identity.memory));
  Value parts = Value::list();
  for (const SnapshotPart& part : identity.parts) parts.add(to_value(part));
  file.set("parts", std::move(parts));
  file.set("retained", identity.retained);
  if (identity.is_protected) file.set("protected", true);
  if (identity.prune_disabled) file.set("pruneDisabled", true);
  if (!identity.standing.empty()) file.set("standing", identity.standing);
  if (identity.scheduled) file.set("scheduled", print_moment(*identity.scheduled));
  return print_json(file, JsonStyle::Pretty);
}

Result<SnapshotIdentity> parse_snapshot_identity(std::string_view text) {
  COWHERD_ASSIGN(const Value value, parse_document(text));
  FieldReader fields(value);
  COWHERD_TRY(read_beginning(value, fields, "Snapshot"));
  SnapshotIdentity identity;
  identity.name = fields.made<ResourceName>("name");
  identity.uid = fields.made<Uid>("uid");
  identity.origin = fields.text("origin");
  identity.labels = fields.texts_by_key("labels");
  identity.spec = fields.take("spec", parse_spec(fields.member("spec")));
  identity.spec_hash = fields.made<Digest>("specHash");
  identity.sandbox = fields.made<ResourceName>("sandbox");
  identity.sandbox_uid = fields.made<Uid>("sandboxUid");
  identity.template_name = fields.made<ResourceName>("template").str();
  identity.revision = fields.made<Digest>("revision");
  identity.driver = fields.take("driver", parse_driver(fields.text("driver")));
  identity.disk_size = fields.bytes("diskSize");
  identity.captured = fields.moment("captured");
  identity.power = fields.take("power", parse_power(fields.text("power")));
  if (fields.has("memory")) identity.memory = fields.take("memory", parse_saved_memory(fields.member("memory")));
  identity.parts = fields.take("parts", parse_parts(fields.member("parts")));
  identity.retained = fields.boolean("retained");
  if (fields.has("protected")) identity.is_protected = fields.boolean("protected");
  if (fields.has("pruneDisabled")) identity.prune_disabled = fields.boolean("pruneDisabled");
  if (fields.has("standing")) identity.standing = fields.text("standing");
  if (fields.has("scheduled")) identity.scheduled = fields.moment("scheduled");
  COWHERD_TRY(fields.done());
  return identity;
}

}  // namespace cowherd
