// SPDX-License-Identifier: Apache-2.0
// Template: a name for immutable, content-addressed revisions of a disk image, a kernel and its arguments.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/kinds/label_selector.h"
#include "resources/vocabulary/name.h"
#include "resources/vocabulary/quantity.h"

namespace cowherd {

enum class TemplateDeletionPolicy { Delete, Retain };

struct TemplateSpec {
  std::string image_path{};                // source.image.path, absolute
  std::optional<Digest> image_sha256{};    // source.image.sha256, of the file as given
  ResourceName snapshot_ref{};             // source.snapshotRef.name: instead of an image
  std::optional<Bytes> disk_size{};        // disk.size: what sandboxes see; at least the image's virtual size
  std::string kernel_path{};               // boot.kernel.path
  std::string initrd_path{};               // boot.initrd.path, empty for none
  std::vector<std::string> boot_args{};    // boot.args
  TemplateDeletionPolicy deletion_policy = TemplateDeletionPolicy::Delete;
  LabelSelector node_selector{};           // placement.nodeSelector, empty: every host
  bool operator==(const TemplateSpec&) const = default;
};

}  // namespace cowherd
