// SPDX-License-Identifier: Apache-2.0
// A memory generation on disk: one directory that holds `memfile.header` and every memory file it names, as
// `memfile.{uuid}`. Memory files are immutable once their header is published and may be hard links to those
// of other directories. Other names in the directory are not ours.
#pragma once

#include <map>
#include <string>

#include "resources/files/file_system.h"
#include "resources/memory/header.h"
#include "resources/memory/image_files.h"

namespace cowherd {

inline constexpr std::string_view kHeaderName = "memfile.header";
std::string memfile_name(const BuildId& build);
// `memfile`, `memfile.{uuid}`, or one of them staged.
bool is_memory_file(std::string_view name);

// Where generations are read and written.
struct MemoryHost {
  FileSystem& files;
  ImageFiles& images;
};

struct MemoryFile {
  std::string path{};
  Bytes size{};
};

struct Generation {
  std::string directory{};
  MemoryHeader header{};
  std::map<BuildId, MemoryFile> files{};  // exactly those the header names
};

// Reads the header and looks at every file it names. NotFound: no header. Corrupt: the header does not pass
// its check, or a file is absent, not a regular file, or too short, naming it. A file named plain `memfile`
// stands only for the build it belongs to (legacy_build), and only when that has no file of its own.
Result<Generation> load_generation(FileSystem& files, const std::string& directory);

// Makes the header the directory's own, atomically and durably; the files it names are synced and named
// before.
Status publish_header(FileSystem& files, const std::string& directory, const MemoryHeader& header);

// Hard links in `directory` for the files of `from` that the header names, under their own names even when
// `from` had the legacy one. Names that are there already stay. Durable with the directory's next sync.
Status link_files(FileSystem& files, const Generation& from, const MemoryHeader& header,
                  const std::string& directory);

// Removes memory files (`memfile`, `memfile.{uuid}` and staged ones) that the published header does not name:
// what a compaction leaves, or one that died. Nobody may be building in the directory.
Status remove_unnamed_files(FileSystem& files, const Generation& published);

// What bounds a chain: how many files a restore opens, how many pieces it copies, and what its files hold in
// vain.
struct GenerationMeasure {
  std::size_t files = 0;
  std::size_t extents = 0;
  Bytes stored{};  // sizes of the files
  Bytes live{};    // bytes of them that the header uses; a byte used twice counts twice
  Bytes wasted() const { return stored - live; }
};

GenerationMeasure measure(const Generation& generation);

}  // namespace cowherd
