// SPDX-License-Identifier: Apache-2.0
// A base image and an exception store become one flat raw image, byte for byte what a read through the device would
// give. Takes time for what was changed: the base is cloned where the file system can, else copied without its holes,
// and the changed chunks are laid over it; those that are all zero become holes. Needs no device and no root.
#pragma once

#include "resources/block/exception_list.h"
#include "resources/files/bulk.h"

namespace cowherd {

enum class InvalidStore {
  Refuse,
  Rescue,  // take what a store holds that the kernel has given up: all but the write that did not fit, and later ones
};

struct FlattenPlan {
  std::string base_image{};
  std::string store{};
  std::string output{};         // absolute
  std::optional<Bytes> size{};  // of the disk, a multiple of 512; behind the base are zeroes. Without it the base's
  InvalidStore invalid = InvalidStore::Refuse;
  RenameMode publish = RenameMode::NoReplace;  // Replace: an output that exists gives way to the whole
};

struct FlattenReport {
  CopyReport base{};
  Bytes size{};
  Bytes laid{};    // of the store's content, written over the base
  Bytes zeroed{};  // of the store's content, left as holes
};

struct FlattenHost {
  FileSystem& files;
  BulkFiles& bulk;
  FileParts& parts;
};

// Made under a staging name beside the output, synced, renamed, and the directory synced: under its
// name the output is whole and durable. After a failure it is not there, and neither is what was staged, unless the
// process died. Progress counts the base and the changed chunks.
//
// Busy: the output exists and is not to be replaced, or what an interrupted call staged for it; or something has the store open for writing.
// Corrupt: the store has problems (exception_list.h), or the kernel gave it up and rescue was not asked for. Invalid: a
// size that is none or smaller than the base, or needed and not given. Stale: base or store changed meanwhile.
Result<FlattenReport> flatten(FlattenHost host, const FlattenPlan& plan, const BulkControl& control);

}  // namespace cowherd
