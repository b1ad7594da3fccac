// SPDX-License-Identifier: Apache-2.0
#include "resources/git/commit_id.h"

namespace cowherd {

Result<CommitId> CommitId::make(std::string_view text) {
  const bool is_hash = (text.size() == 40 || text.size() == 64) && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!is_hash) {
    return fail(ErrorKind::Invalid, "this is not the whole name of a commit", "40 or 64 of 0-9a-f, as 'git rev-parse' prints it");
  }
  CommitId id;
  id.text_ = text;
  return id;
}

}  // namespace cowherd
