// SPDX-License-Identifier: Apache-2.0
// What `cowherd doctor` looks at where the configuration has sources. Nothing is fetched and no server is asked.
#pragma once

#include <vector>

#include "reconciler/commands/doctor_checks.h"
#include "reconciler/source/declaration.h"

namespace cowherd {

// The user that git runs as where the daemon is root.
inline constexpr const char* kGitUser = "cowherd-git";

// Programs, the user for git, and the files that sources name; nothing without a source that is a repository. May block for
// some seconds.
std::vector<Check> check_source_needs(const std::vector<SourceConfig>& sources);
// "git version 2.39.5", as git prints it.
Check check_git_version(const std::string& line);
// A file that a source names. secret: nobody but its owner and group may read it.
enum class FileUse { Plain, Secret };
Check check_source_file(const SourceConfig& source, const std::string& path, FileUse use);
// How each stands, as last told.
std::vector<Check> check_sources(const std::vector<SourceStatus>& sources);

}  // namespace cowherd
