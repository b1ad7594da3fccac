// SPDX-License-Identifier: Apache-2.0
// Image work by the qemu-img program (QEMU docs/tools/qemu-img.rst), always with explicit formats. Headers
// are read by our own code; the image that was inspected is lent to qemu-img as an open file, so that it is
// the same one. A missing program is Failed with a hint. No call outlasts a silence of ten minutes.
#pragma once

#include <string>
#include <vector>

#include "resources/block/image_tools.h"

namespace cowherd {

class QemuImageTools final : public ImageTools {
 public:
  // program: absolute, or found in PATH.
  explicit QemuImageTools(std::string program = "qemu-img") : program_(std::move(program)) {}

  Result<ImageInfo> inspect(const std::string& path) override;
  Result<OverlayInfo> inspect_overlay(const std::string& path) override;
  Status convert_to_raw(const std::string& from, const std::string& to, const BulkControl& control) override;
  Status flatten_overlay(const std::string& base, const std::string& overlay, const std::string& to,
                         const BulkControl& control) override;
  Status create_overlay(const std::string& base, const std::string& overlay, Bytes size) override;
  Status resize_overlay(const std::string& overlay, Bytes size) override;

 private:
  // qemu-img convert to raw of what the arguments name, into a file it makes.
  Status convert(const std::string& doing, std::vector<std::string> source, int lent_fd, const std::string& to,
                 Bytes size, const BulkControl& control);

  std::string program_;
};

}  // namespace cowherd
