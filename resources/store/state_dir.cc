// SPDX-License-Identifier: Apache-2.0
#include "resources/store/state_dir.h"

#include "resources/files/json.h"
#include "resources/files/publish.h"
#include "resources/store/field_reader.h"

namespace cowherd {

namespace {

constexpr Bytes kLimit = 4_KiB;
constexpr const char* kAdoptHint =
    "run 'cowherd adopt-state-dir' once no other cowherd uses the original, or point --state-dir at the right one";

std::string print_id(const StateDirId& id) {
  Value file = Value::map();
  file.set("formatVersion", 1);
  file.set("id", id.id.str());
  file.set("device", std::to_string(id.place.device));
  file.set("inode", std::to_string(id.place.inode));
  file.set("machineId", id.host.machine_id);
  file.set("bootId", id.host.boot_id);
  return print_json(file, JsonStyle::Pretty);
}

Result<std::uint64_t> parse_number(const std::string& text) {
  std::uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || number > (UINT64_MAX - 9) / 10) return fail(ErrorKind::Corrupt, "it is not a number");
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

Result<StateDirId> parse_id(const std::string& text) {
  const Result<Value> value = parse_json(text);
  if (!value) return fail(ErrorKind::Corrupt, value.error().message);
  FieldReader fields(*value);
  StateDirId id;
  if (fields.integer("formatVersion") != 1) fields.wrong("formatVersion", "this version reads 1");
  id.id = fields.made<Uid>("id");
  id.place.device = fields.take("device", parse_number(fields.text("device")));
  id.place.inode = fields.take("inode", parse_number(fields.text("inode")));
  id.host.machine_id = fields.text("machineId");
  id.host.boot_id = fields.text("bootId");
  COWHERD_TRY(fields.done());
  return id;
}

// The directories whose content an id stands for.
Status holds_no_data(FileSystem& files, const Layout& layout) {
  for (const std::string& directory : {layout.sandboxes(), layout.templates(), layout.snapshots(), layout.trash()}) {
    const Result<std::vector<FileEntry>> entries = files.list(directory);
    if (!entries && entries.error().kind == ErrorKind::NotFound) continue;
    if (!entries) return fail(entries.error());
    if (!entries->empty()) {
      return fail(ErrorKind::Denied,
                  "open state directory '" + layout.root() + "': its id file is missing, but '" + directory +
                      "' is not empty",
                  kAdoptHint);
    }
  }
  return {};
}

Result<StateDirId> write_id(FileSystem& files, const Layout& layout, const ThisHost& host, const Uid& minted) {
  COWHERD_ASSIGN(const FileStamp stamp, files.stat(layout.root()));
  const StateDirId id{minted, stamp.id, host};
  COWHERD_TRY(publish_file(files, layout.root(), name_of(layout.id_file()), print_id(id)));
  return id;
}

std::string print_place(const FileId& place) {
  return std::to_string(place.device) + ":" + std::to_string(place.inode);
}

}  // namespace

Result<StateDirId> read_state_dir(FileSystem& files, const Layout& layout, const ThisHost& host) {
  COWHERD_ASSIGN(const std::string text, files.read(layout.id_file(), kLimit));
  COWHERD_ASSIGN(const StateDirId id, parse_id(text).in("reading '" + layout.id_file() + "'"));
  COWHERD_ASSIGN(const FileStamp stamp, files.stat(layout.root()));
  const std::string opening = "open state directory '" + layout.root() + "': ";
  if (id.host.machine_id != host.machine_id) {
    return fail(ErrorKind::Denied,
                opening + "it belongs to machine '" + id.host.machine_id + "', this is '" + host.machine_id + "'",
                kAdoptHint);
  }
  const bool same_boot = id.host.boot_id == host.boot_id;
  if (id.place.inode != stamp.id.inode || (same_boot && id.place.device != stamp.id.device)) {
    return fail(ErrorKind::Denied,
                opening + "it was copied or moved: its id file names device and inode " + print_place(id.place) +
                    ", it has " + print_place(stamp.id),
                kAdoptHint);
  }
  return id;
}

Result<StateDirId> open_state_dir(FileSystem& files, const Layout& layout, const ThisHost& host, const Uid& minted) {
  COWHERD_TRY(make_directories(files, layout.root()));
  Result<StateDirId> id = read_state_dir(files, layout, host);
  if (!id && id.error().kind == ErrorKind::NotFound) {
    COWHERD_TRY(holds_no_data(files, layout));
    return write_id(files, layout, host, minted);
  }
  // The name may be of a run that died before it was durable; devices are marked with this id from now on.
  if (id) COWHERD_TRY(files.sync(layout.root()));
  return id;
}

Result<StateDirId> adopt_state_dir(FileSystem& files, const Layout& layout, const ThisHost& host, const Uid& minted) {
  return write_id(files, layout, host, minted).in("adopting state directory '" + layout.root() + "'");
}

ThisHost read_this_host(FileSystem& files) {
  const auto line = [&](const char* path) {
    std::string text = files.read(path, kLimit).value_or(std::string());
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
  };
  return {line("/etc/machine-id"), line("/proc/sys/kernel/random/boot_id")};
}

}  // namespace cowherd
