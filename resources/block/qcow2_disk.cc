// SPDX-License-Identifier: Apache-2.0
#include "resources/block/qcow2_disk.h"

#include "resources/files/publish.h"

namespace cowherd {

namespace {

std::string overlay_path(const DiskPlan& disk) { return disk.directory + "/" + kOverlayFile; }

std::string doing(const char* verb, const DiskPlan& disk) {
  return std::string(verb) + " the disk of sandbox " + disk.uid.short12();
}

DiskState faulty(DiskState state, DiskFault fault, std::string detail) {
  state.active = false;
  state.fault = fault;
  state.detail = std::move(detail);
  return state;
}

}  // namespace

Fact<DiskState> Qcow2Driver::look(const DiskPlan& disk) {
  const auto unknown = [&](Error error) {
    return Fact<DiskState>(std::move(error).in(doing("looking at", disk)));
  };
  DiskState state;
  state.format = "qcow2";
  const std::string path = overlay_path(disk);
  const auto store = files_.stat(path);
  if (!store && store.error().kind == ErrorKind::NotFound) return state;
  if (!store) return unknown(store.error());
  state.store_present = true;
  state.store_size = store->size;
  state.store_allocated = store->allocated;
  state.store_mtime_ns = store->mtime_ns;
  if (store->type != FileType::Regular)
    return faulty(state, DiskFault::Mismatch, "'" + path + "' is no regular file");
  const auto overlay = images_.inspect_overlay(path);
  if (!overlay && overlay.error().kind == ErrorKind::Corrupt) {
    return faulty(state, DiskFault::Invalid, to_string(overlay.error()));
  }
  if (!overlay && overlay.error().kind == ErrorKind::NotFound)
    return DiskState{.format = "qcow2"};  // it went meanwhile
  if (!overlay) return faulty(state, DiskFault::Unreadable, to_string(overlay.error()));
  state.size = overlay->virtual_size;
  state.node = path;
  if (overlay->marked_corrupt) return faulty(state, DiskFault::Invalid, "QEMU marked '" + path + "' corrupt");
  const auto differs = base_difference(disk, *overlay);
  if (!differs) return faulty(state, DiskFault::Unreadable, to_string(differs.error()));
  if (!differs->empty()) return faulty(state, DiskFault::Mismatch, *differs);
  if (state.size > disk.size) {
    return faulty(state, DiskFault::Mismatch,
                  "it has " + print_quantity(state.size) + ", the disk " + print_quantity(disk.size));
  }
  state.active = true;
  return state;
}

// The recorded path may be spelled another way (a state directory reached through a symlink); the file
// counts.
Result<std::string> Qcow2Driver::base_difference(const DiskPlan& disk, const OverlayInfo& overlay) {
  const std::string backing = backing_path(overlay.backing_file, overlay_path(disk));
  const std::string other = "its backing file is '" + backing + "', not '" + disk.base_image + "'";
  if (overlay.backing_format != "raw")
    return "its backing format is '" + overlay.backing_format + "', not raw";
  if (backing == disk.base_image) return std::string{};
  const auto recorded = files_.stat(backing);
  const auto wanted = files_.stat(disk.base_image);
  for (const auto* stat : {&recorded, &wanted}) {
    if (!*stat && stat->error().kind == ErrorKind::NotFound) return other;
    if (!*stat) return fail(stat->error());
  }
  return recorded->id == wanted->id ? std::string{} : other;
}

Result<Effect> Qcow2Driver::create(const DiskPlan& disk) {
  const auto attempt = [&]() -> Result<Effect> {
    const auto found = files_.stat(overlay_path(disk));
    if (found) {
      // The run that made it may have died before the name was durable.
      COWHERD_TRY(files_.sync(disk.directory));
      return Effect::Unchanged;
    }
    if (found.error().kind != ErrorKind::NotFound) return fail(found.error());
    const std::string staged = disk.directory + "/" + std::string(kStagingPrefix) + kOverlayFile;
    COWHERD_TRY(make_overlay(disk, staged));
    COWHERD_TRY(files_.rename(staged, overlay_path(disk), RenameMode::NoReplace));
    COWHERD_TRY(files_.sync(disk.directory));
    return Effect::Changed;
  };
  return attempt().in(doing("creating", disk));
}

Status Qcow2Driver::make_overlay(const DiskPlan& disk, const std::string& staged) {
  if (const Status removed = files_.remove(staged); !removed && removed.error().kind != ErrorKind::NotFound) {
    return removed;
  }
  Status made = images_.create_overlay(disk.base_image, staged, disk.size);
  if (made) made = files_.sync(staged);
  if (made) return made;
  Error error = std::move(made).error();
  if (const Status removed = files_.remove(staged); !removed && removed.error().kind != ErrorKind::NotFound) {
    error = std::move(error).and_also(removed.error());
  }
  return fail(std::move(error));
}

Status Qcow2Driver::usable(const DiskPlan& disk) {
  const Fact<DiskState> state = look(disk);
  if (state.unknown()) return fail(state.why());
  if (!state->store_present)
    return fail(ErrorKind::NotFound, "open '" + overlay_path(disk) + "': it does not exist");
  if (state->fault == DiskFault::None) return {};
  return fail(ErrorKind::Corrupt, "use the overlay: " + state->detail,
              "see what is wrong with 'qemu-img check', or restore a snapshot");
}

Result<Effect> Qcow2Driver::activate(const DiskPlan& disk) {
  const auto attempt = [&]() -> Result<Effect> {
    COWHERD_TRY(usable(disk));
    COWHERD_TRY(files_.sync(overlay_path(disk)));
    COWHERD_TRY(files_.sync(disk.directory));
    return Effect::Unchanged;
  };
  return attempt().in(doing("activating", disk));
}

Result<Effect> Qcow2Driver::deactivate(const DiskPlan&) { return Effect::Unchanged; }

Result<Effect> Qcow2Driver::grow(const DiskPlan& disk) {
  const auto attempt = [&]() -> Result<Effect> {
    const std::string path = overlay_path(disk);
    COWHERD_ASSIGN(const OverlayInfo overlay, images_.inspect_overlay(path));
    const bool smaller = overlay.virtual_size < disk.size;
    if (smaller) COWHERD_TRY(images_.resize_overlay(path, disk.size));
    COWHERD_TRY(files_.sync(path));
    return smaller ? Effect::Changed : Effect::Unchanged;
  };
  return attempt().in(doing("growing", disk));
}

Result<Effect> Qcow2Driver::grow_store(const DiskPlan&) { return Effect::Unchanged; }

Result<Effect> Qcow2Driver::repair_store(const DiskPlan& disk) {
  if (Status good = usable(disk); !good) return fail(std::move(good).error().in(doing("repairing", disk)));
  return Effect::Unchanged;
}

}  // namespace cowherd
