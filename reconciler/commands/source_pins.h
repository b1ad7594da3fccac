// SPDX-License-Identifier: Apache-2.0
// Keeping a source at one of its revisions, and letting it follow its repository again: what perform() does for sources.
// Each tells what it did. Invalid: what is to be done is not as ordered, and why.
#pragma once

#include <string>
#include <vector>

#include "reconciler/api/order.h"
#include "reconciler/commands/source_meant.h"
#include "reconciler/daemon/picture.h"
#include "resources/files/file_system.h"
#include "resources/store/layout.h"

namespace cowherd {

// What is kept of it, newest first. Blocks on the disk.
Result<std::vector<KnownRevision>> read_revisions(FileSystem& files, const Layout& layout, const SourceStatus& source);

Result<std::string> roll_back(const RollbackOrder& order, const Picture& picture, FileSystem& files, const Layout& layout);
// At what is in force.
Result<std::string> pin_at_present(const std::string& source, const std::string& reason, const Picture& picture, FileSystem& files,
                                   const Layout& layout);
Result<std::string> follow_again(const std::string& source, const Picture& picture, FileSystem& files, const Layout& layout);

}  // namespace cowherd
