// SPDX-License-Identifier: Apache-2.0
// The state directory as files and nothing else, for commands that read snapshots: no lock, no catalog, no devices, and
// no question of whose host it was.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "reconciler/commands/session.h"
#include "resources/block/qemu_img/qemu_image_tools.h"
#include "resources/files/linux_bulk_files.h"
#include "resources/files/linux_file_parts.h"
#include "resources/files/linux_file_system.h"
#include "resources/store/store.h"

namespace cowherd {

class OfflineStore {
 public:
  static std::variant<std::unique_ptr<OfflineStore>, SessionFailure> open(const Options& options);
  OfflineStore(const OfflineStore&) = delete;
  OfflineStore& operator=(const OfflineStore&) = delete;

  Store& store() { return store_; }
  StoreHost host() { return {files_, bulk_, images_, parts_}; }
  const Layout& layout() const { return store_.layout(); }
  FileSystem& files() { return files_; }
  // NotFound, with the nearest name there is.
  Status has_snapshot(const std::string& name);

 private:
  OfflineStore(const Layout& layout, std::string qemu_img)
      : images_(std::move(qemu_img)), store_(host(), clock_, layout) {}

  SystemClock clock_{};
  LinuxFileSystem files_{};
  LinuxBulkFiles bulk_{};
  LinuxFileParts parts_{};
  QemuImageTools images_;
  Store store_;
};

// Says it. Permission where that is what is missing, else Failure.
ExitCode tell_failure(const Error& error);

}  // namespace cowherd
