// SPDX-License-Identifier: Apache-2.0
// Builds the content of a template revision in a staging directory: image, kernel and initrd, copied, converted or
// flattened from a snapshot, digested, compared with what was declared, and synced. What is digested is what was copied,
// so a source that changes meanwhile cannot slip in unseen.
#pragma once

#include <optional>
#include <string>

#include "resources/store/phases.h"
#include "resources/store/snapshot_disk.h"
#include "resources/store/store.h"

namespace cowherd {

class RevisionBuilder {
 public:
  RevisionBuilder(StoreHost host, const Layout& layout, const ImportRequest& request, std::string staged);

  // Before anything is staged. Stale: a source is not as it was stamped. Invalid: the image is refused. Exhausted: it
  // would not fit, with numbers.
  Status check();
  // Precondition: check() succeeded, the staging directory is empty. `created` is left to the caller.
  Result<RevisionIdentity> build(const BulkControl& control);

 private:
  struct Source {
    const char* role = "";
    std::string path{};
    FileStamp stamp{};
  };

  Status find_image();
  Status stamp_sources();
  Status inspect_image();
  Status check_unchanged();
  Status check_space();
  const FileStamp& stamp_of(std::string_view role) const;

  Status build_image(RevisionIdentity& revision, Phases& phases);
  Status copy_raw(RevisionIdentity& revision, const std::string& target, Phases& phases);
  Status convert_qcow2(RevisionIdentity& revision, const std::string& target, Phases& phases);
  Status flatten_snapshot(RevisionIdentity& revision, const std::string& target, Phases& phases);
  Status check_digest(const Digest& given) const;
  Result<Digest> take(std::string_view role, const char* name, Phases& phases);

  StoreHost host_;
  const Layout& layout_;
  const ImportRequest& request_;
  std::string staged_;
  std::string image_path_{};                // the file that the image is made of
  std::optional<SnapshotDisk> snapshot_{};  // when it is a snapshot's
  std::vector<Source> sources_{};
  ImageInfo image_{};
};

// The revision's id: over what a guest can see of it, and nothing else.
Digest revision_id(const RevisionIdentity& revision);

}  // namespace cowherd
