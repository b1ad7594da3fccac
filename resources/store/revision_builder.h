// SPDX-License-Identifier: Apache-2.0
// Builds the content of a template revision in a staging directory: image, kernel and initrd, copied or converted,
// digested, compared with what was declared, and synced. What is digested is what was copied, so a source that changes
// meanwhile cannot slip in unseen.
#pragma once

#include <string>

#include "resources/block/image_tools.h"
#include "resources/files/bulk.h"
#include "resources/files/file_system.h"
#include "resources/store/store.h"

namespace cowherd {

class RevisionBuilder {
 public:
  RevisionBuilder(FileSystem& files, BulkFiles& bulk, ImageTools& images, const ImportRequest& request,
                  std::string staged);

  // Before anything is staged. Stale: a source is not as it was stamped. Invalid: the image is refused. Exhausted: it
  // would not fit, with numbers.
  Status check(const std::string& state_dir);
  // Precondition: check() succeeded, the staging directory is empty. `created` is left to the caller.
  Result<RevisionIdentity> build(const BulkControl& control);

 private:
  struct Source {
    const char* role = "";
    std::string path{};
    FileStamp stamp{};
  };

  Status stamp_sources();
  Status check_unchanged();
  Status check_space(const std::string& state_dir);
  const FileStamp& stamp_of(std::string_view role) const;
  // The part of the whole that the next so many bytes of work are, for progress.
  BulkControl next_phase(const BulkControl& control, Bytes bytes);

  Status build_image(RevisionIdentity& revision, const BulkControl& control);
  Status copy_raw(RevisionIdentity& revision, const std::string& target, const BulkControl& control);
  Status convert_qcow2(RevisionIdentity& revision, const std::string& target, const BulkControl& control);
  Status check_digest(const Digest& given) const;
  Result<Digest> take(std::string_view role, const char* name, const BulkControl& control);

  FileSystem& files_;
  BulkFiles& bulk_;
  ImageTools& images_;
  const ImportRequest& request_;
  std::string staged_;
  std::vector<Source> sources_{};
  ImageInfo image_{};
  Bytes begun_{};
  Bytes total_{};
};

// The revision's id: over what a guest can see of it, and nothing else.
Digest revision_id(const RevisionIdentity& revision);

}  // namespace cowherd
