// SPDX-License-Identifier: Apache-2.0
// A directory for one call, gone with the object. What a process that was killed left is removed by the next one who makes a
// directory beside it: who lives holds a lock on his own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "resources/files/unique_fd.h"
#include "resources/process/child_setup.h"
#include "resources/vocabulary/quantity.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

class WorkDirectory {
 public:
  // root: absolute, its parent exists; made where it does not exist. owner: whose the directory becomes; nothing: this process's.
  static Result<WorkDirectory> make(const std::string& root, const std::optional<ChildUser>& owner);
  WorkDirectory(WorkDirectory&&) = default;
  WorkDirectory& operator=(WorkDirectory&&) = delete;
  ~WorkDirectory();

  const std::string& path() const { return path_; }
  // Where its owner's processes find it: its path, or, where a directory above is closed to the owner, that directory, which
  // they see this one in the place of.
  const std::string& seen_as() const { return covered_.empty() ? path_ : covered_; }
  const std::string& covered() const { return covered_; }  // empty: nothing

  // A file of its owner, 0600. Only before a process of the owner ran: a name that is there is Failed, never followed.
  Status put(const std::string& name, std::string_view content) const;
  Status make_directory(const std::string& name) const;
  // What its files take. Files that come and go meanwhile are counted or not.
  Bytes size() const;

 private:
  WorkDirectory(std::string path, UniqueFd held, std::optional<ChildUser> owner);
  Status give(const std::string& path) const;

  std::string path_;
  UniqueFd held_;
  std::optional<ChildUser> owner_;
  std::string covered_{};
};

}  // namespace cowherd
