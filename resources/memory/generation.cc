// SPDX-License-Identifier: Apache-2.0
#include "resources/memory/generation.h"

#include <set>
#include <utility>

#include "resources/files/publish.h"

namespace cowherd {

namespace {

constexpr std::string_view kLegacyName = "memfile";
constexpr std::string_view kPrefix = "memfile.";

// The file that holds a build: its own, or the legacy one where that is allowed. NotFound: neither.
Result<std::pair<std::string, FileStamp>> find_file(FileSystem& files, const std::string& directory,
                                                    const MemoryHeader& header, const BuildId& build) {
  const std::string own = directory + "/" + memfile_name(build);
  Result<FileStamp> found = files.stat(own);
  if (found) return std::pair(own, *found);
  if (found.error().kind != ErrorKind::NotFound || build != legacy_build(header)) return fail(found.error());
  const std::string legacy = directory + "/" + std::string(kLegacyName);
  Result<FileStamp> old = files.stat(legacy);
  if (!old) return fail(old.error().kind == ErrorKind::NotFound ? found.error() : old.error());
  return std::pair(legacy, *old);
}

Result<MemoryFile> check_file(FileSystem& files, const std::string& directory, const MemoryHeader& header,
                              const BuildId& build, Bytes needed) {
  const auto found = find_file(files, directory, header, build);
  if (!found && found.error().kind == ErrorKind::NotFound) {
    return fail(ErrorKind::Corrupt, "find memory file '" + directory + "/" + memfile_name(build) +
                                        "': it is missing, and the header names it");
  }
  if (!found) return fail(found.error());
  const auto& [path, stamp] = *found;
  if (stamp.type != FileType::Regular) {
    return fail(ErrorKind::Corrupt, "open memory file '" + path + "': it is not a regular file");
  }
  if (stamp.size < needed) {
    return fail(ErrorKind::Corrupt, "open memory file '" + path + "': it has " +
                                        std::to_string(stamp.size.value) + " bytes, the header needs " +
                                        std::to_string(needed.value));
  }
  return MemoryFile{path, stamp.size};
}

}  // namespace

bool is_memory_file(std::string_view name) {
  if (is_staging_name(name)) name.remove_prefix(kStagingPrefix.size());
  if (name == kLegacyName) return true;
  return name.substr(0, kPrefix.size()) == kPrefix && BuildId::make(name.substr(kPrefix.size())).has_value();
}

std::string memfile_name(const BuildId& build) { return std::string(kPrefix) + build.str(); }

Result<Generation> load_generation(FileSystem& files, const std::string& directory) {
  const std::string path = directory + "/" + std::string(kHeaderName);
  Result<std::string> bytes = files.read(path, kLargestHeader);
  if (!bytes) {
    // The only thing the reader calls Invalid is a size that no header has.
    if (bytes.error().kind == ErrorKind::Invalid) bytes.error().kind = ErrorKind::Corrupt;
    return fail(std::move(bytes).error());
  }
  Result<MemoryHeader> header = parse_header(*bytes).in("loading '" + path + "'");
  if (!header) return fail(std::move(header).error());
  Generation generation{directory, *std::move(header), {}};
  for (const auto& [build, needed] : needed_lengths(generation.header)) {
    COWHERD_ASSIGN(MemoryFile file, check_file(files, directory, generation.header, build, needed));
    generation.files.emplace(build, std::move(file));
  }
  return generation;
}

Status publish_header(FileSystem& files, const std::string& directory, const MemoryHeader& header) {
  COWHERD_TRY(check_header(header).in("writing to '" + directory + "'"));
  // The names of the files must survive whenever the header's does.
  COWHERD_TRY(files.sync(directory));
  return publish_file(files, directory, std::string(kHeaderName), print_header(header));
}

Status link_files(FileSystem& files, const Generation& from, const MemoryHeader& header,
                  const std::string& directory) {
  const std::map<BuildId, Bytes> named = needed_lengths(header);
  for (const auto& [build, file] : from.files) {
    if (named.count(build) == 0) continue;
    const Status linked = files.link(file.path, directory + "/" + memfile_name(build));
    if (!linked && linked.error().kind != ErrorKind::Busy) return fail(linked.error());
  }
  return {};
}

Status remove_unnamed_files(FileSystem& files, const Generation& published) {
  std::set<std::string> named;
  for (const auto& [build, file] : published.files) named.insert(name_of(file.path));
  COWHERD_ASSIGN(const std::vector<FileEntry> entries, files.list(published.directory));
  for (const FileEntry& entry : entries) {
    if (!is_memory_file(entry.name) || named.count(entry.name) != 0) continue;
    const Status removed = files.remove(published.directory + "/" + entry.name);
    if (!removed && removed.error().kind != ErrorKind::NotFound) return fail(removed.error());
  }
  return files.sync(published.directory);
}

GenerationMeasure measure(const Generation& generation) {
  GenerationMeasure found;
  found.files = generation.files.size();
  found.extents = generation.header.extents.size();
  for (const auto& [build, file] : generation.files) found.stored = found.stored + file.size;
  for (const Extent& extent : generation.header.extents) {
    if (!extent.build.is_zero()) found.live = found.live + extent.length;
  }
  return found;
}

}  // namespace cowherd
