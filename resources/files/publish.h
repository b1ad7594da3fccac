// SPDX-License-Identifier: Apache-2.0
// Publishing: what is seen under its name is whole and durable. Stage, sync, rename, sync of the directory.
#pragma once

#include <string>
#include <string_view>

#include "resources/files/file_system.h"

namespace cowherd {

// Names that begin like this are being made; a reader ignores them, and an interrupted one is collected.
inline constexpr std::string_view kStagingPrefix = ".staging-";
bool is_staging_name(std::string_view name);

// Publishes a small file: writes `<directory>/.staging-<name>`, syncs it, renames it to `<directory>/<name>`, replacing,
// and syncs the directory. After a failure either the old or the new content stands under the name.
Status publish_file(FileSystem& files, const std::string& directory, const std::string& name, std::string_view content);

// Publishes a staged directory (its files already synced): syncs `staged` and what holds it, renames it to `target`
// without replacing, and syncs target's parent. Busy when target exists.
Status publish_directory(FileSystem& files, const std::string& staged, const std::string& target);

// The same in place of what stands under the name, in one step; what stood there is at `staged` afterwards, as interrupted
// work that the caller removes. `staged` and `target` are names of one directory. An absent target is success, too.
Status replace_directory(FileSystem& files, const std::string& staged, const std::string& target);

// Makes the directory and its missing parents, each name durable.
Status make_directories(FileSystem& files, const std::string& path);

// Removes a tree, deepest first, continuing over entries that vanish meanwhile. Never follows symlinks.
Status remove_tree(FileSystem& files, const std::string& path);

// st_blocks * 512 summed over a tree, hard links once.
Result<Bytes> tree_usage(FileSystem& files, const std::string& path);

std::string parent_of(const std::string& path);
std::string name_of(const std::string& path);

}  // namespace cowherd
