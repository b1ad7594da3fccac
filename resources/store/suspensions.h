// SPDX-License-Identifier: Apache-2.0
// Suspensions: a person's word that nothing is to be done to an object for now. Each is a small file under approvals/,
// named after the object, where it wakes a running daemon; it stays until it is taken back or the object is gone. Written
// without the lock.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/files/file_system.h"
#include "resources/kinds/metadata.h"
#include "resources/store/layout.h"

namespace cowherd {

struct Suspension {
  ObjectName object{};
  std::string reason{};           // of the person, may be empty
  std::optional<Moment> since{};  // none: the file cannot be read, which the reason says
  bool operator==(const Suspension&) const = default;
};

// Durable when it returns. Giving it again keeps since and takes the new reason. Invalid for a reason that is longer than
// 1 KiB or has control characters.
Status suspend(FileSystem& files, const Layout& layout, const ObjectName& object, const std::string& reason, Moment now);

// Sorted by object. The name of the file alone suspends.
Result<std::vector<Suspension>> list_suspensions(FileSystem& files, const Layout& layout);

// Durable when it returns. NotFound when there is none.
Status unsuspend(FileSystem& files, const Layout& layout, const ObjectName& object);

}  // namespace cowherd
