// SPDX-License-Identifier: Apache-2.0
// What qemu-img does for cowherd: qcow2 headers, conversion to raw, overlays. The header is read by our own
// code before anything is converted; formats are always given, never probed. Calls block; safe from any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "resources/files/bulk.h"

namespace cowherd {

enum class ImageFormat { Raw, Qcow2 };
std::string_view to_string(ImageFormat format);

struct ImageInfo {
  ImageFormat format = ImageFormat::Raw;
  Bytes virtual_size{};
  bool operator==(const ImageInfo&) const = default;
};

// How an overlay names its base: relative to its own directory, as QEMU reads it (docs/interop/qcow2.txt), so that a
// tree that was moved or copied keeps reading its own base. Both paths absolute.
std::string backing_name(const std::string& base, const std::string& overlay);
// The base as a path: recorded names that are absolute stay so.
std::string backing_path(const std::string& recorded, const std::string& overlay);

// Reads the header of a qcow2 image (QEMU docs/interop/qcow2.txt). Invalid, with the reason, for a backing
// file, an external data file, encryption, or unknown incompatible features. Anything without the magic is
// Raw of file_size. header: the first 64 KiB at most.
Result<ImageInfo> inspect_image_header(std::string_view header, Bytes file_size);

// What the header of an overlay says: qcow2 with a backing file, as create_overlay makes it.
struct OverlayInfo {
  Bytes virtual_size{};
  std::string backing_file{};    // as recorded; in ours relative to the overlay
  std::string backing_format{};  // "raw" in ours; "" when none is recorded
  bool marked_corrupt = false;   // QEMU found its metadata inconsistent and refuses to write to it
  bool operator==(const OverlayInfo&) const = default;
};

// Corrupt, with the reason, for everything that is not a well-formed qcow2 overlay; the same limits as
// inspect_image_header.
Result<OverlayInfo> inspect_overlay_header(std::string_view header);

// How much of a file the two need.
inline constexpr Bytes kImageHeader{64 << 10};

class ImageTools {
 public:
  virtual ~ImageTools() = default;
  // An image somebody gave; symlinks are followed. Invalid: refused, or no regular file.
  virtual Result<ImageInfo> inspect(const std::string& path) = 0;
  // An overlay of ours, also while a VM has it open.
  // By default: Failed, for implementations that make no overlays.
  virtual Result<OverlayInfo> inspect_overlay(const std::string& path);
  // qcow2 to sparse raw at a new path (Busy when it exists); not durable until synced. After a failure `to`
  // is gone.
  virtual Status convert_to_raw(const std::string& from, const std::string& to,
                                const BulkControl& control) = 0;
  // An overlay of ours on its raw base becomes one sparse raw file of the overlay's size at a new path, all absolute (Busy
  // when it exists); not durable until synced. Base and formats are as given here, whatever the overlay records. After a
  // failure `to` is gone. Busy while a VM has the overlay open. By default: Failed, for implementations that make no
  // overlays.
  virtual Status flatten_overlay(const std::string& base, const std::string& overlay, const std::string& to,
                                 const BulkControl& control);
  // An empty qcow2 overlay of `size` at a new path on a raw base, both absolute; not durable until synced. The
  // base is recorded as backing_name says.
  virtual Status create_overlay(const std::string& base, const std::string& overlay, Bytes size) = 0;
  // Grows an overlay offline. Invalid when size is less than it has; Busy while a VM has it open.
  virtual Status resize_overlay(const std::string& overlay, Bytes size) = 0;
};

}  // namespace cowherd
