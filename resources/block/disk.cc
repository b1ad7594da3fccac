// SPDX-License-Identifier: Apache-2.0
#include "resources/block/disk.h"

namespace cowherd {

std::string_view to_string(DiskDriverKind kind) {
  switch (kind) {
    case DiskDriverKind::DmSnapshot:
      return "dm-snapshot";
    case DiskDriverKind::Qcow2:
      return "qcow2";
  }
  return "qcow2";
}

const char* store_file_of(DiskDriverKind kind) {
  return kind == DiskDriverKind::DmSnapshot ? kCowFile : kOverlayFile;
}

}  // namespace cowherd
