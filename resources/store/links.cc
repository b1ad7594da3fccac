// SPDX-License-Identifier: Apache-2.0
#include "resources/store/links.h"

#include <set>

#include "resources/memory/generation.h"

namespace cowherd {

namespace {

struct NextLink {
  std::string path{};
  bool is_last = false;  // recorded as raw
};

// What a link that may be an overlay stands on; nothing when it stands on nothing.
Result<std::optional<NextLink>> next_below(ImageTools& images, const std::string& path) {
  const Result<OverlayInfo> overlay = images.inspect_overlay(path);
  if (overlay) return NextLink{backing_path(overlay->backing_file, path), overlay->backing_format == "raw"};
  const Result<ImageInfo> whole = images.inspect(path);
  if (whole) return std::optional<NextLink>{};
  return fail(overlay.error());
}

Error missing_link(const std::string& path, const std::string& above) {
  return make_error(ErrorKind::Corrupt, "find '" + path + "', on which '" + above + "' stands: it is missing");
}

}  // namespace

std::optional<DiskChain> follow_chain(FileSystem& files, ImageTools& images, const std::string& overlay) {
  DiskChain chain{overlay, {}, {}};
  std::set<FileId> met;
  NextLink at{overlay, false};
  std::string above;
  while (true) {
    const Result<FileStamp> stamp = files.stat(at.path);
    const bool is_missing = !stamp && stamp.error().kind == ErrorKind::NotFound;
    if (is_missing && above.empty()) return std::nullopt;
    if (!stamp) {
      chain.broken = is_missing ? missing_link(at.path, above) : stamp.error();
      return chain;
    }
    if (!met.insert(stamp->id).second) {
      chain.broken = make_error(ErrorKind::Corrupt, "follow '" + overlay + "': '" + at.path + "' stands on itself");
      return chain;
    }
    if (!above.empty()) chain.links.push_back({at.path, stamp->id});
    if (at.is_last) return chain;
    const Result<std::optional<NextLink>> below = next_below(images, at.path);
    if (!below) chain.broken = Error(below.error()).in("following '" + overlay + "'");
    if (!below || !*below) return chain;
    above = at.path;
    at = **below;
  }
}

std::optional<MemoryLinks> read_memory_links(FileSystem& files, const std::string& directory) {
  const Result<Generation> generation = load_generation(files, directory);
  MemoryLinks links;
  if (!generation) {
    if (generation.error().kind == ErrorKind::NotFound) return std::nullopt;
    links.broken = generation.error();
    return links;
  }
  links.build = generation->header.build.str();
  for (const auto& [build, file] : generation->files) {
    const Result<FileStamp> stamp = files.stat(file.path);
    if (stamp) links.files.emplace(build.str(), LinkedFile{file.path, stamp->id});
    if (!stamp) links.broken = stamp.error();
  }
  return links;
}

}  // namespace cowherd
