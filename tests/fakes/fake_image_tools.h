// SPDX-License-Identifier: Apache-2.0
// qemu-img as a model over the fake file system. Its qcow2 files have real headers, so that the code that
// reads headers is the product's own; what follows the first cluster stands for the image's data, from its front. Each
// ImageTools call is one host call of Faults; power loss in the middle of writing an overlay is the file
// system's business. One thread only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "resources/block/image_tools.h"
#include "tests/fakes/fake_file_system.h"

namespace cowherd::testing {

// A version 3 header as qemu-img writes it, padded to the first cluster of 64 KiB, then data. backing "": a
// full image.
std::string qcow2_image(Bytes virtual_size, std::string_view backing = "", std::string_view data = "");

class FakeImageTools final : public ImageTools {
 public:
  FakeImageTools(FakeFileSystem& files, Faults& faults) : files_(files), faults_(faults) {}

  Result<ImageInfo> inspect(const std::string& path) override;
  Result<OverlayInfo> inspect_overlay(const std::string& path) override;
  Status convert_to_raw(const std::string& from, const std::string& to, const BulkControl& control) override;
  Status flatten_overlay(const std::string& base, const std::string& overlay, const std::string& to,
                         const BulkControl& control) override;
  Status create_overlay(const std::string& base, const std::string& overlay, Bytes size) override;
  Status resize_overlay(const std::string& overlay, Bytes size) override;

  // --- the world's hand
  // Everything that starts qemu-img is answered with this, until it is taken back: it is not installed.
  void refuse(std::optional<Error> why) { refusal_ = std::move(why); }

 private:
  Status permitted() const { return refusal_ ? Status{fail(*refusal_)} : Status{}; }

  FakeFileSystem& files_;
  Faults& faults_;
  std::optional<Error> refusal_{};
};

}  // namespace cowherd::testing
