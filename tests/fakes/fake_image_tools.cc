// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_image_tools.h"

namespace cowherd::testing {

namespace {

constexpr std::size_t kCluster = 64 << 10;

std::string be32(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift & 0xff));
  return bytes;
}

std::string be64(std::uint64_t value) {
  return be32(static_cast<std::uint32_t>(value >> 32)) + be32(static_cast<std::uint32_t>(value));
}

std::string front_of(const FakeContent& content) {
  std::string front = content.bytes.substr(0, kCluster);
  if (front.size() < kCluster && content.size.value > front.size()) {
    front.resize(std::min<std::size_t>(kCluster, content.size.value), '\0');
  }
  return front;
}

}  // namespace

std::string qcow2_image(Bytes virtual_size, std::string_view backing, std::string_view data) {
  constexpr std::uint32_t kHeader = 112;
  std::string extensions;
  if (!backing.empty()) extensions += be32(0xe2792aca) + be32(3) + std::string("raw\0\0\0\0\0", 8);
  extensions += be32(0) + be32(0);
  const std::uint64_t name_at = backing.empty() ? 0 : kHeader + extensions.size();
  std::string image = "QFI\xfb" + be32(3) + be64(name_at) + be32(static_cast<std::uint32_t>(backing.size()));
  image += be32(16) + be64(virtual_size.value) + be32(0);            // cluster bits, size, no encryption
  image += be32(1) + be64(3 * kCluster) + be64(kCluster) + be32(1);  // L1 and refcount tables
  image += be32(0) + be64(0) + be64(0) + be64(0) + be64(0);          // snapshots, features
  image += be32(4) + be32(kHeader) + be64(0);                        // refcount order, header length, padding
  image += extensions + std::string(backing);
  image.resize(kCluster, '\0');
  return image + std::string(data);
}

Result<ImageInfo> FakeImageTools::inspect(const std::string& path) {
  return faults_.call("image.inspect " + path, [&]() -> Result<ImageInfo> {
    COWHERD_ASSIGN(const FakeContent content, files_.content_of(path));
    return inspect_image_header(front_of(content), content.size);
  });
}

Result<OverlayInfo> FakeImageTools::inspect_overlay(const std::string& path) {
  return faults_.call("image.inspect_overlay " + path, [&]() -> Result<OverlayInfo> {
    COWHERD_ASSIGN(const FakeContent content, files_.content_of(path));
    return inspect_overlay_header(front_of(content));
  });
}

Status FakeImageTools::convert_to_raw(const std::string& from, const std::string& to,
                                      const BulkControl& control) {
  return faults_.call("image.convert " + from, [&]() -> Status {
    COWHERD_TRY(permitted());
    COWHERD_ASSIGN(const FakeContent content, files_.content_of(from));
    COWHERD_ASSIGN(const ImageInfo info, inspect_image_header(front_of(content), content.size));
    if (info.format != ImageFormat::Qcow2)
      return fail(ErrorKind::Invalid, "convert '" + from + "': it is not qcow2");
    if (files_.exists(to)) return fail(ErrorKind::Busy, "convert to '" + to + "': it exists");
    if (control.stop.stop_requested()) return fail(ErrorKind::Failed, "convert '" + from + "': cancelled");
    FakeContent raw{content.bytes.substr(std::min(kCluster, content.bytes.size())), info.virtual_size};
    if (raw.bytes.size() > raw.size.value) raw.bytes.resize(raw.size.value);
    COWHERD_TRY(files_.set_content(to, std::move(raw)));
    if (control.progress) control.progress(info.virtual_size, info.virtual_size);
    return {};
  });
}

Status FakeImageTools::flatten_overlay(const std::string& base, const std::string& overlay, const std::string& to,
                                       const BulkControl& control) {
  return faults_.call("image.flatten " + overlay, [&]() -> Status {
    COWHERD_TRY(permitted());
    COWHERD_ASSIGN(const FakeContent content, files_.content_of(overlay));
    COWHERD_ASSIGN(const OverlayInfo info, inspect_overlay_header(front_of(content)));
    COWHERD_ASSIGN(FakeContent raw, files_.content_of(base));
    if (files_.exists(to)) return fail(ErrorKind::Busy, "flatten to '" + to + "': it exists");
    if (control.stop.stop_requested()) return fail(ErrorKind::Failed, "flatten '" + overlay + "': cancelled");
    const std::string data = content.bytes.substr(std::min(kCluster, content.bytes.size()));
    if (raw.bytes.size() < data.size()) raw.bytes.resize(data.size(), '\0');
    raw.bytes.replace(0, data.size(), data);
    raw.size = info.virtual_size;
    COWHERD_TRY(files_.set_content(to, std::move(raw)));
    if (control.progress) control.progress(info.virtual_size, info.virtual_size);
    return {};
  });
}

Status FakeImageTools::create_overlay(const std::string& base, const std::string& overlay, Bytes size) {
  return faults_.call("image.create_overlay " + overlay, [&]() -> Status {
    COWHERD_TRY(permitted());
    COWHERD_TRY(files_.stamp_of(base));
    if (files_.exists(overlay)) return fail(ErrorKind::Busy, "create '" + overlay + "': it exists");
    const std::string image = qcow2_image(size, backing_name(base, overlay));
    return files_.set_content(overlay, {image, Bytes{image.size()}});
  });
}

Status FakeImageTools::resize_overlay(const std::string& overlay, Bytes size) {
  return faults_.call("image.resize_overlay " + overlay, [&]() -> Status {
    COWHERD_TRY(permitted());
    COWHERD_ASSIGN(FakeContent content, files_.content_of(overlay));
    COWHERD_ASSIGN(const OverlayInfo info, inspect_overlay_header(front_of(content)));
    if (size < info.virtual_size)
      return fail(ErrorKind::Invalid, "resize '" + overlay + "': it would shrink");
    content.bytes.replace(24, 8, be64(size.value));
    return files_.set_content(overlay, std::move(content));
  });
}

}  // namespace cowherd::testing
