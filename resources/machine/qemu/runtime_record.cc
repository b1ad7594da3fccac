// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/runtime_record.h"

#include <limits>

#include "resources/files/json.h"
#include "resources/files/publish.h"

namespace cowherd {
namespace {

constexpr Bytes kFileLimit = 64_KiB;

Value number(std::uint64_t value) { return Value(static_cast<std::int64_t>(value)); }

Result<std::uint64_t> count_at(const Value& map, std::string_view key) {
  COWHERD_ASSIGN(const std::int64_t value, integer_at(map, key));
  if (value < 0) return fail(ErrorKind::Corrupt, "'" + std::string(key) + "' is negative");
  return static_cast<std::uint64_t>(value);
}

Result<Moment> moment_at(const Value& map, std::string_view key) {
  COWHERD_ASSIGN(const std::string text, string_at(map, key));
  return parse_moment(text);
}

Result<Value> read_json(FileSystem& files, const std::string& path) {
  COWHERD_ASSIGN(const std::string text, files.read(path, kFileLimit));
  return parse_json(text);
}

Status publish(FileSystem& files, const RuntimeDir& dir, const char* name, const Value& content) {
  return publish_file(files, dir.path(), name, print_json(content, JsonStyle::Pretty));
}

Value print_process(const ProcessIdentity& process) {
  Value executable = Value::map();
  executable.set("device", number(process.executable.device));
  executable.set("inode", number(process.executable.inode));
  Value printed = Value::map();
  printed.set("pid", process.pid);
  printed.set("startTime", number(process.start_time));
  printed.set("bootId", process.boot_id);
  printed.set("executable", std::move(executable));
  return printed;
}

Result<ProcessIdentity> parse_process(const Value& value) {
  ProcessIdentity process;
  COWHERD_ASSIGN(const std::int64_t pid, integer_at(value, "pid"));
  // pid_max is at most 2^22 (proc(5)); 0 and -1 would address groups of processes.
  if (pid <= 1 || pid > (1 << 22)) return fail(ErrorKind::Corrupt, "'pid' is out of range");
  process.pid = static_cast<int>(pid);
  COWHERD_ASSIGN(process.start_time, count_at(value, "startTime"));
  COWHERD_ASSIGN(process.boot_id, string_at(value, "bootId"));
  const Value* executable = value.find("executable");
  if (executable == nullptr) return fail(ErrorKind::Corrupt, "'executable' is missing");
  COWHERD_ASSIGN(process.executable.device, count_at(*executable, "device"));
  COWHERD_ASSIGN(process.executable.inode, count_at(*executable, "inode"));
  return process;
}

Value print_copy(const ImageCopy& copy) {
  Value printed = Value::map();
  printed.set("how", copy.how == ImageCopy::How::Reflinked ? "reflinked" : "copied");
  printed.set("bytes", number(copy.size.value));
  return printed;
}

Result<ImageCopy> parse_copy(const Value& value) {
  ImageCopy copy;
  COWHERD_ASSIGN(const std::string how, string_at(value, "how"));
  copy.how = how == "reflinked" ? ImageCopy::How::Reflinked : ImageCopy::How::Copied;
  COWHERD_ASSIGN(copy.size.value, count_at(value, "bytes"));
  return copy;
}

Value print_group(const VmmGroup& group) {
  Value printed = Value::map();
  printed.set("kind", group.kind == GroupKind::Scope ? "scope" : "leaf");
  printed.set("name", group.bounds.group);
  printed.set("counted", group.counted);
  printed.set("processors", group.bounds.processors);
  printed.set("memoryBytes", number(group.bounds.memory.value));
  printed.set("tasks", group.bounds.tasks);
  return printed;
}

Result<VmmGroup> parse_group(const Value& value) {
  VmmGroup group;
  COWHERD_ASSIGN(const std::string kind, string_at(value, "kind"));
  group.kind = kind == "scope" ? GroupKind::Scope : GroupKind::Leaf;
  COWHERD_ASSIGN(group.bounds.group, string_at(value, "name"));
  COWHERD_ASSIGN(group.counted, string_at(value, "counted"));
  COWHERD_ASSIGN(group.bounds.processors, integer_at(value, "processors"));
  COWHERD_ASSIGN(group.bounds.memory.value, count_at(value, "memoryBytes"));
  COWHERD_ASSIGN(group.bounds.tasks, integer_at(value, "tasks"));
  return group;
}

Value print_image(const LoadedImage& image) {
  Value printed = Value::map();
  printed.set("id", image.id);
  printed.set("path", image.path);
  printed.set("inode", number(image.inode));
  if (image.copy) printed.set("copy", print_copy(*image.copy));
  return printed;
}

Result<LoadedImage> parse_image(const Value& value) {
  LoadedImage image;
  COWHERD_ASSIGN(image.id, string_at(value, "id"));
  COWHERD_ASSIGN(image.path, string_at(value, "path"));
  COWHERD_ASSIGN(image.inode, count_at(value, "inode"));
  if (const Value* copy = value.find("copy")) {
    COWHERD_ASSIGN(image.copy, parse_copy(*copy));
  }
  return image;
}

Value print_build(const MachineBuild& build) {
  Value printed = Value::map();
  printed.set("vmm", build.vmm);
  printed.set("layout", build.layout);
  printed.set("cpu", build.cpu);
  printed.set("accelerator", build.accelerator);
  printed.set("firmware", build.firmware);
  return printed;
}

Result<MachineBuild> parse_build(const Value& value) {
  MachineBuild build;
  COWHERD_ASSIGN(build.vmm, string_at(value, "vmm"));
  COWHERD_ASSIGN(build.layout, string_at(value, "layout"));
  COWHERD_ASSIGN(build.cpu, string_at(value, "cpu"));
  COWHERD_ASSIGN(build.accelerator, string_at(value, "accelerator"));
  COWHERD_ASSIGN(build.firmware, string_at(value, "firmware"));
  return build;
}

Result<VmRecord> parse_members(const Value& value) {
  VmRecord record;
  COWHERD_ASSIGN(const std::string uid, string_at(value, "uid"));
  COWHERD_ASSIGN(record.uid, Uid::make(uid));
  COWHERD_ASSIGN(record.name, string_at(value, "name"));
  const Value* process = value.find("process");
  if (process == nullptr) return fail(ErrorKind::Corrupt, "'process' is missing");
  COWHERD_ASSIGN(record.process, parse_process(*process));
  COWHERD_ASSIGN(record.config_digest, string_at(value, "configDigest"));
  COWHERD_ASSIGN(record.accelerator, string_at(value, "accelerator"));
  COWHERD_ASSIGN(record.memory.value, count_at(value, "memoryBytes"));
  COWHERD_ASSIGN(record.vcpus, integer_at(value, "vcpus"));
  COWHERD_ASSIGN(record.disk_node, string_at(value, "diskNode"));
  COWHERD_ASSIGN(record.disk_format, string_at(value, "diskFormat"));
  COWHERD_ASSIGN(record.serial_log, string_at(value, "serialLog"));
  COWHERD_ASSIGN(record.started_at, moment_at(value, "startedAt"));
  // None of these was written by versions that could not keep guests.
  if (value.find("network") != nullptr) {
    COWHERD_ASSIGN(const std::string network, string_at(value, "network"));
    record.network = network == "User" ? GuestNetwork::User : GuestNetwork::None;
  }
  if (const Value* build = value.find("build")) {
    COWHERD_ASSIGN(record.build, parse_build(*build));
  }
  if (const Value* image = value.find("loaded")) {
    COWHERD_ASSIGN(record.image, parse_image(*image));
  }
  if (value.find("hostUser") != nullptr) {
    COWHERD_ASSIGN(const std::uint64_t user, count_at(value, "hostUser"));
    if (user > std::numeric_limits<std::uint32_t>::max()) return fail(ErrorKind::Corrupt, "'hostUser' is out of range");
    record.host_user = static_cast<std::uint32_t>(user);
  }
  if (const Value* group = value.find("group")) {
    COWHERD_ASSIGN(record.group, parse_group(*group));
  }
  record.unbounded = string_at(value, "unbounded").value_or("");
  return record;
}

Result<ChildEnd> parse_end(const Value& value) {
  ChildEnd end;
  COWHERD_ASSIGN(const std::string how, string_at(value, "how"));
  end.how = how == "signalled" ? ChildEnd::How::Signalled : ChildEnd::How::Exited;
  COWHERD_ASSIGN(const std::int64_t status, integer_at(value, "value"));
  end.value = static_cast<int>(status);
  return end;
}

}  // namespace

std::string print_record(const VmRecord& record) {
  Value value = Value::map();
  value.set("uid", record.uid.str());
  value.set("name", record.name);
  value.set("process", print_process(record.process));
  value.set("configDigest", record.config_digest);
  value.set("accelerator", record.accelerator);
  value.set("memoryBytes", number(record.memory.value));
  value.set("vcpus", record.vcpus);
  value.set("network", record.network == GuestNetwork::User ? "User" : "None");
  value.set("diskNode", record.disk_node);
  value.set("diskFormat", record.disk_format);
  value.set("serialLog", record.serial_log);
  value.set("startedAt", print_moment(record.started_at));
  if (record.build) value.set("build", print_build(*record.build));
  if (record.image) value.set("loaded", print_image(*record.image));
  if (record.host_user) value.set("hostUser", number(*record.host_user));
  if (record.group) value.set("group", print_group(*record.group));
  if (!record.unbounded.empty()) value.set("unbounded", record.unbounded);
  return print_json(value, JsonStyle::Pretty);
}

Result<VmRecord> parse_record(std::string_view text) {
  Result<Value> value = parse_json(text);
  Result<VmRecord> record = value ? parse_members(*value) : Result<VmRecord>(fail(value.error()));
  if (record) return record;
  Error error = std::move(record).error();
  error.kind = ErrorKind::Corrupt;
  return fail(std::move(error).in("reading a VM's record"));
}

Result<Uid> read_owner(FileSystem& files, const RuntimeDir& dir) {
  COWHERD_ASSIGN(const std::string text, files.read(dir.file(RuntimeDir::kUidFile), kFileLimit));
  return Uid::make(text);
}

Result<VmRecord> read_record(FileSystem& files, const RuntimeDir& dir, const Uid& uid) {
  COWHERD_ASSIGN(const Uid owner, read_owner(files, dir));
  if (owner != uid) {
    return fail(ErrorKind::Failed, "'" + dir.path() + "' belongs to sandbox " + owner.str());
  }
  const std::string path = dir.file(RuntimeDir::kRecordFile);
  COWHERD_ASSIGN(const std::string text, files.read(path, kFileLimit));
  Result<VmRecord> record = parse_record(text);
  if (record && record->uid != uid) return fail(ErrorKind::Corrupt, "'" + path + "' names another sandbox");
  return std::move(record).in("looking at '" + path + "'");
}

Status write_record(FileSystem& files, const RuntimeDir& dir, const VmRecord& record) {
  return publish_file(files, dir.path(), RuntimeDir::kRecordFile, print_record(record));
}

Status write_stop(FileSystem& files, const RuntimeDir& dir, Moment until) {
  Value value = Value::map();
  value.set("until", print_moment(until));
  return publish(files, dir, RuntimeDir::kStopFile, value);
}

std::optional<Moment> read_stop(FileSystem& files, const RuntimeDir& dir) {
  const Result<Value> value = read_json(files, dir.file(RuntimeDir::kStopFile));
  if (!value) return std::nullopt;
  const Result<Moment> until = moment_at(*value, "until");
  return until ? std::optional<Moment>(*until) : std::nullopt;
}

Status write_exit(FileSystem& files, const RuntimeDir& dir, const SeenExit& seen) {
  Value value = Value::map();
  value.set("at", print_moment(seen.at));
  if (seen.end) {
    Value end = Value::map();
    end.set("how", seen.end->how == ChildEnd::How::Exited ? "exited" : "signalled");
    end.set("value", seen.end->value);
    value.set("end", std::move(end));
  }
  return publish(files, dir, RuntimeDir::kExitFile, value);
}

std::optional<SeenExit> read_exit(FileSystem& files, const RuntimeDir& dir) {
  const Result<Value> value = read_json(files, dir.file(RuntimeDir::kExitFile));
  if (!value) return std::nullopt;
  const Result<Moment> at = moment_at(*value, "at");
  if (!at) return std::nullopt;
  SeenExit seen{*at, std::nullopt};
  if (const Value* printed = value->find("end")) {
    if (const Result<ChildEnd> end = parse_end(*printed)) seen.end = *end;
  }
  return seen;
}

Status remove_runtime_dir(FileSystem& files, const RuntimeDir& dir) {
  COWHERD_TRY(remove_tree(files, dir.staged()));
  const Status renamed = files.rename(dir.path(), dir.staged(), RenameMode::NoReplace);
  if (!renamed) return renamed.error().kind == ErrorKind::NotFound ? Status{} : renamed;
  return remove_tree(files, dir.staged());
}

}  // namespace cowherd
