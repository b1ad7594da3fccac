// SPDX-License-Identifier: Apache-2.0
#include "resources/block/image_tools.h"

#include <filesystem>

#include "resources/block/qcow2_header.h"

namespace cowherd {

namespace {

// A feature that is not listed here may change how data is found: such an image is never read.
constexpr std::uint64_t kReadable =
    kQcow2Dirty | kQcow2Corrupt | kQcow2ExternalData | kQcow2CompressionType | kQcow2ExtendedL2;

tl::unexpected<Error> refuse(std::string why, std::string hint) {
  return fail(ErrorKind::Invalid, "accept the qcow2 image: " + std::move(why), std::move(hint));
}

Status check_features(const Qcow2Header& header) {
  if ((header.incompatible & ~kReadable) != 0) {
    return refuse("it uses incompatible features that are not known",
                  "convert it with qemu-img convert -O qcow2");
  }
  if ((header.incompatible & kQcow2ExternalData) != 0) {
    return refuse("its data lies in another file", "convert it with qemu-img convert -O qcow2");
  }
  if (header.crypt_method != 0) return refuse("it is encrypted", "convert it to an image without encryption");
  return {};
}

}  // namespace

std::string_view to_string(ImageFormat format) { return format == ImageFormat::Raw ? "raw" : "qcow2"; }

Result<ImageInfo> inspect_image_header(std::string_view header, Bytes file_size) {
  if (!has_qcow2_magic(header)) return ImageInfo{ImageFormat::Raw, file_size};
  COWHERD_ASSIGN(const Qcow2Header found, parse_qcow2_header(header));
  COWHERD_TRY(check_features(found));
  if (!found.backing_file.empty()) {
    return refuse("it stands on a backing file", "make it self-contained with qemu-img convert -O qcow2");
  }
  if ((found.incompatible & kQcow2Corrupt) != 0) {
    return refuse("it is marked corrupt", "repair it with qemu-img check -r all, or take another copy");
  }
  return ImageInfo{ImageFormat::Qcow2, found.virtual_size};
}

Result<OverlayInfo> inspect_overlay_header(std::string_view header) {
  const auto corrupt = [](Error error) {
    error.kind = ErrorKind::Corrupt;
    return fail(
        std::move(error).with_hint("the overlay is kept as it is; discard the disk or restore a snapshot"));
  };
  const auto found = parse_qcow2_header(header);
  if (!found) return corrupt(found.error());
  if (const Status features = check_features(*found); !features) return corrupt(features.error());
  if (found->backing_file.empty()) {
    return corrupt(make_error(ErrorKind::Corrupt, "read the qcow2 header: it stands on no backing file"));
  }
  return OverlayInfo{found->virtual_size, found->backing_file, found->backing_format,
                     (found->incompatible & kQcow2Corrupt) != 0};
}

Result<OverlayInfo> ImageTools::inspect_overlay(const std::string& path) {
  return fail(ErrorKind::Failed, "inspect overlay '" + path + "': not offered here");
}

Status ImageTools::flatten_overlay(const std::string&, const std::string& overlay, const std::string&, const BulkControl&) {
  return fail(ErrorKind::Failed, "flatten overlay '" + overlay + "': not offered here");
}

std::string backing_name(const std::string& base, const std::string& overlay) {
  return std::filesystem::path(base).lexically_relative(std::filesystem::path(overlay).parent_path()).string();
}

std::string backing_path(const std::string& recorded, const std::string& overlay) {
  return (std::filesystem::path(overlay).parent_path() / recorded).lexically_normal().string();
}

}  // namespace cowherd
