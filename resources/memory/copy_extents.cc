// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/copy_extents.h"

#include <algorithm>
#include <utility>

#include "resources/files/pace.h"

namespace cowherd {

namespace {

constexpr Bytes kStep{64ull << 20};  // between two looks at whether to stop

using Sources = std::map<BuildId, std::unique_ptr<MemorySource>>;

Result<Sources> open_sources(MemoryHost host, const Generation& from) {
  Sources sources;
  for (const auto& [build, file] : from.files) {
    COWHERD_ASSIGN(std::unique_ptr<MemorySource> source, host.images.open(file.path));
    sources.emplace(build, std::move(source));
  }
  return sources;
}

// Every extent of the header and the same content in the new file.
Extents place_extents(const MemoryHeader& header, Placement placement, const BuildId& fresh) {
  Extents placed;
  Bytes packed;
  for (const Extent& extent : header.extents) {
    if (extent.build.is_zero()) {
      placed.push_back(extent);
      continue;
    }
    placed.push_back(
        {extent.offset, extent.length, fresh, placement == Placement::Packed ? packed : extent.offset});
    packed = packed + extent.length;
  }
  return placed;
}

CopyCount sum(const CopyCount& a, const CopyCount& b) { return {a.shared + b.shared, a.copied + b.copied}; }

Result<CopyCount> copy_one(ImageWriter& file, const MemorySource& source, const Extent& from, Bytes to,
                           Pace& pace) {
  CopyCount count;
  for (Bytes at; at < from.length; at = at + kStep) {
    const Bytes length = std::min(kStep, from.length - at);
    COWHERD_ASSIGN(const CopyCount step, file.copy(source, from.storage + at, length, to + at));
    count = sum(count, step);
    COWHERD_TRY(pace.at(from.offset + at + length));
  }
  return count;
}

Bytes length_of(const MemoryHeader& header, const Extents& placed, Placement placement) {
  if (placement == Placement::AtGuestOffset) return header.size;
  Bytes length;
  for (const Extent& extent : placed) {
    if (!extent.build.is_zero()) length = length + extent.length;
  }
  return length;
}

Result<CopiedExtents> fill(MemoryHost host, const Generation& from, const Sources& sources,
                           const std::string& path, Placement placement, const BuildId& fresh,
                           const BulkControl& control) {
  COWHERD_ASSIGN(const std::unique_ptr<ImageWriter> file, host.images.create(path));
  const Extents placed = place_extents(from.header, placement, fresh);
  COWHERD_TRY(file->resize(length_of(from.header, placed, placement)));
  CopiedExtents made;
  Pace pace(control, from.header.size, "copy guest memory");
  for (std::size_t i = 0; i < placed.size(); ++i) {
    const Extent& old = from.header.extents[i];
    append_extent(made.extents, placed[i]);
    if (old.build.is_zero()) continue;
    COWHERD_ASSIGN(const CopyCount step,
                   copy_one(*file, *sources.at(old.build), old, placed[i].storage, pace));
    made.count = sum(made.count, step);
  }
  COWHERD_TRY(pace.at(from.header.size));
  COWHERD_TRY(host.files.sync(path));
  return made;
}

Status remove_if_there(FileSystem& files, const std::string& path) {
  Status removed = files.remove(path);
  return !removed && removed.error().kind == ErrorKind::NotFound ? Status{} : removed;
}

}  // namespace

Result<CopiedExtents> copy_extents(MemoryHost host, const Generation& from, const std::string& path,
                                   Placement placement, const BuildId& fresh, const BulkControl& control) {
  COWHERD_ASSIGN(const Sources sources, open_sources(host, from));
  COWHERD_TRY(remove_if_there(host.files, path));
  Result<CopiedExtents> made = fill(host, from, sources, path, placement, fresh, control);
  if (!made) {
    // What a full disk or a cancellation left takes space now.
    const Status removed = remove_if_there(host.files, path);
    if (!removed) made.error() = std::move(made.error()).and_also(removed.error());
  }
  return made;
}

}  // namespace cowherd
