// SPDX-License-Identifier: Apache-2.0
// The disk of a snapshot: in which file it is and on which base that stands, whether the snapshot is cowherd's own or
// another software's; and the flat raw image of it, byte for byte what a guest would read.
#pragma once

#include <optional>
#include <string>

#include "resources/store/store.h"

namespace cowherd {

struct SnapshotDisk {
  enum class Form {
    Flat,     // a raw image already
    Store,    // an exception store over the base
    Overlay,  // a qcow2 overlay over the base
  };
  Form form = Form::Flat;
  std::string path{};
  FileStamp stamp{};           // of it
  std::string base_image{};    // "" for a flat one
  std::optional<Bytes> size{};  // what the guest saw; without it the base's, where nobody wrote it down
  bool operator==(const SnapshotDisk&) const = default;
};

// NotFound: there is no snapshot of that name. Corrupt: its record cannot be read. Invalid: it has no disk, saying why.
Result<SnapshotDisk> find_snapshot_disk(FileSystem& files, const Layout& layout, const std::string& name);

// Stages beside the output (absolute), syncs, renames, syncs the directory. NoReplace: Busy when the output exists; Replace:
// what was there stands until the whole takes its place. After a failure no part of it is there, and neither is what was staged, unless the process died. May take minutes. NotFound: a file of
// it or the base is gone; Corrupt, Stale and Invalid as flatten.h says.
Status make_flat(StoreHost host, const SnapshotDisk& disk, const std::string& output, const BulkControl& control,
                 RenameMode publish = RenameMode::NoReplace);

}  // namespace cowherd
