// SPDX-License-Identifier: Apache-2.0
#include "resources/store/identity.h"

#include <charconv>

#include "resources/files/json.h"
#include "resources/store/identity_file.h"

namespace cowherd {

namespace {

Value to_list(const std::vector<std::string>& texts) {
  Value list = Value::list();
  for (const std::string& text : texts) list.add(text);
  return list;
}

Value to_value(const LastExit& exit) {
  Value value = Value::map();
  value.set("reason", exit.reason);
  value.set("success", exit.success);
  value.set("detail", exit.detail);
  value.set("at", print_moment(exit.at));
  value.set("generation", exit.generation);
  value.set("failures", exit.failures);
  return value;
}

Result<LastExit> parse_last_exit(const Value& value) {
  FieldReader fields(value);
  LastExit exit;
  exit.reason = fields.text("reason");
  exit.success = fields.boolean("success");
  exit.detail = fields.text("detail");
  exit.at = fields.moment("at");
  exit.generation = fields.integer("generation");
  exit.failures = fields.integer("failures");
  COWHERD_TRY(fields.done());
  return exit;
}

Value to_value(const Restored& restored) {
  Value value = Value::map();
  value.set("snapshot", restored.snapshot.str());
  value.set("capture", restored.capture.str());
  value.set("memory", restored.memory);
  value.set("whyDisk", restored.why_disk);
  return value;
}

Result<Restored> parse_restored(const Value& value) {
  FieldReader fields(value);
  Restored restored;
  restored.snapshot = fields.made<ResourceName>("snapshot");
  restored.capture = fields.made<Uid>("capture");
  restored.memory = fields.boolean("memory");
  restored.why_disk = fields.text("whyDisk");
  COWHERD_TRY(fields.done());
  return restored;
}

Result<SandboxSpec> parse_sandbox_spec(const Value& value) {
  COWHERD_ASSIGN(Spec spec, spec_from_value(Kind::Sandbox, value));
  return std::get<SandboxSpec>(std::move(spec.what));
}

// Device and inode are unsigned 64 bit, which JSON integers of ours are not: "64512:1234".
std::string print_file_id(const FileId& id) { return std::to_string(id.device) + ":" + std::to_string(id.inode); }

Result<FileId> parse_file_id(const std::string& text) {
  FileId id;
  const char* const end = text.data() + text.size();
  const auto device = std::from_chars(text.data(), end, id.device);
  if (device.ec == std::errc{} && device.ptr != end && *device.ptr == ':') {
    const auto inode = std::from_chars(device.ptr + 1, end, id.inode);
    if (inode.ec == std::errc{} && inode.ptr == end) return id;
  }
  return fail(ErrorKind::Corrupt, "'" + text + "' is not a device and inode");
}

Value to_value(const SourceFile& source) {
  Value value = Value::map();
  value.set("path", source.path);
  value.set("file", print_file_id(source.stamp.id));
  value.set("size", to_number(source.stamp.size));
  value.set("allocated", to_number(source.stamp.allocated));
  value.set("mtimeNs", source.stamp.mtime_ns);
  value.set("ctimeNs", source.stamp.ctime_ns);
  value.set("links", static_cast<std::int64_t>(source.stamp.links));
  return value;
}

Result<SourceFile> parse_source(const Value& value) {
  FieldReader fields(value);
  SourceFile source;
  source.path = fields.text("path");
  source.stamp.id = fields.take("file", parse_file_id(fields.text("file")));
  source.stamp.size = fields.bytes("size");
  source.stamp.allocated = fields.bytes("allocated");
  source.stamp.mtime_ns = fields.integer("mtimeNs");
  source.stamp.ctime_ns = fields.integer("ctimeNs");
  source.stamp.links = static_cast<std::uint64_t>(fields.integer("links"));
  COWHERD_TRY(fields.done());
  return source;
}

Result<std::vector<SourceFile>> parse_sources(const Value& value) {
  std::vector<SourceFile> sources;
  if (value.as_list() == nullptr) return fail(ErrorKind::Corrupt, "it is not a list");
  for (const Value& entry : *value.as_list()) {
    COWHERD_ASSIGN(SourceFile source, parse_source(entry));
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace

std::string print_identity(const SandboxIdentity& identity) {
  Value file = begin_identity("Sandbox");
  file.set("uid", identity.uid.str());
  file.set("name", identity.name.str());
  file.set("origin", identity.origin);
  file.set("labels", to_map(identity.labels));
  file.set("spec", to_value(Spec{identity.spec}));
  file.set("specHash", identity.spec_hash.str());
  file.set("generation", identity.generation);
  file.set("template", identity.template_name);
  file.set("revision", identity.revision.str());
  file.set("driver", to_string(identity.driver));
  file.set("diskSize", to_number(identity.disk_size));
  if (identity.restored) file.set("restored", to_value(*identity.restored));
  file.set("created", print_moment(identity.created));
  if (identity.expires) file.set("expires", print_moment(*identity.expires));
  if (identity.expired_generation) file.set("expiredGeneration", *identity.expired_generation);
  file.set("diskDiscarded", identity.disk_discarded);
  file.set("retained", identity.retained);
  if (identity.is_protected) file.set("protected", true);
  if (identity.prune_disabled) file.set("pruneDisabled", true);
  if (identity.last_exit) file.set("lastExit", to_value(*identity.last_exit));
  if (identity.last_scheduled) file.set("lastScheduled", to_value(*identity.last_scheduled));
  return print_json(file, JsonStyle::Pretty);
}

Result<SandboxIdentity> parse_sandbox_identity(std::string_view text) {
  COWHERD_ASSIGN(const Value value, parse_document(text));
  FieldReader fields(value);
  COWHERD_TRY(read_beginning(value, fields, "Sandbox"));
  SandboxIdentity identity;
  identity.uid = fields.made<Uid>("uid");
  identity.name = fields.made<ResourceName>("name");
  identity.origin = fields.text("origin");
  identity.labels = fields.texts_by_key("labels");
  identity.spec = fields.take("spec", parse_sandbox_spec(fields.member("spec")));
  identity.spec_hash = fields.made<Digest>("specHash");
  identity.generation = fields.integer("generation");
  identity.template_name = fields.made<ResourceName>("template").str();
  identity.revision = fields.made<Digest>("revision");
  identity.driver = fields.take("driver", parse_driver(fields.text("driver")));
  identity.disk_size = fields.bytes("diskSize");
  if (fields.has("restored")) identity.restored = fields.take("restored", parse_restored(fields.member("restored")));
  identity.created = fields.moment("created");
  if (fields.has("expires")) identity.expires = fields.moment("expires");
  if (fields.has("expiredGeneration")) identity.expired_generation = fields.integer("expiredGeneration");
  identity.disk_discarded = fields.boolean("diskDiscarded");
  identity.retained = fields.boolean("retained");
  if (fields.has("protected")) identity.is_protected = fields.boolean("protected");
  if (fields.has("pruneDisabled")) identity.prune_disabled = fields.boolean("pruneDisabled");
  if (fields.has("lastExit")) {
    identity.last_exit = fields.take("lastExit", parse_last_exit(fields.member("lastExit")));
  }
  if (fields.has("lastScheduled")) {
    identity.last_scheduled = fields.take("lastScheduled", parse_scheduled_run(fields.member("lastScheduled")));
  }
  COWHERD_TRY(fields.done());
  return identity;
}

std::string print_identity(const RevisionIdentity& identity) {
  Value file = begin_identity("Revision");
  file.set("id", identity.id.str());
  file.set("template", identity.template_name.str());
  file.set("inputs", identity.inputs.str());
  Value sources = Value::list();
  for (const SourceFile& source : identity.sources) sources.add(to_value(source));
  file.set("sources", std::move(sources));
  file.set("imageSha256", identity.image_sha256.str());
  file.set("rawSha256", identity.raw_sha256.str());
  if (identity.kernel_sha256) file.set("kernelSha256", identity.kernel_sha256->str());
  if (identity.initrd_sha256) file.set("initrdSha256", identity.initrd_sha256->str());
  file.set("imageSize", to_number(identity.image_size));
  file.set("bootArgs", to_list(identity.boot_args));
  file.set("hasInitrd", identity.has_initrd);
  file.set("created", print_moment(identity.created));
  file.set("retain", identity.retain);
  if (identity.is_protected) file.set("protected", true);
  if (identity.prune_disabled) file.set("pruneDisabled", true);
  return print_json(file, JsonStyle::Pretty);
}

Result<RevisionIdentity> parse_revision_identity(std::string_view text) {
  COWHERD_ASSIGN(const Value value, parse_document(text));
  FieldReader fields(value);
  COWHERD_TRY(read_beginning(value, fields, "Revision"));
  RevisionIdentity identity;
  identity.id = fields.made<Digest>("id");
  identity.template_name = fields.made<ResourceName>("template");
  identity.inputs = fields.made<Digest>("inputs");
  identity.sources = fields.take("sources", parse_sources(fields.member("sources")));
  identity.image_sha256 = fields.made<Digest>("imageSha256");
  identity.raw_sha256 = fields.made<Digest>("rawSha256");
  if (fields.has("kernelSha256")) identity.kernel_sha256 = fields.made<Digest>("kernelSha256");
  if (fields.has("initrdSha256")) identity.initrd_sha256 = fields.made<Digest>("initrdSha256");
  identity.image_size = fields.bytes("imageSize");
  identity.boot_args = fields.texts("bootArgs");
  identity.has_initrd = fields.boolean("hasInitrd");
  identity.created = fields.moment("created");
  identity.retain = fields.boolean("retain");
  if (fields.has("protected")) identity.is_protected = fields.boolean("protected");
  if (fields.has("pruneDisabled")) identity.prune_disabled = fields.boolean("pruneDisabled");
  COWHERD_TRY(fields.done());
  return identity;
}

}  // namespace cowherd
