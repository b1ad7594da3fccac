// SPDX-License-Identifier: Apache-2.0
// Getting a commit from its server, and seeing that it continues the one before.
#pragma once

#include <optional>

#include "resources/git/git_program/git_session.h"

namespace cowherd {

inline constexpr const char* kFetchedRef = "refs/cowherd/new";  // what the place's ref names, a tag's own object perhaps

// Makes the session's repository and fetches the commit with its files, without its past. Busy where the ref names
// another commit by now; Corrupt where the server gives another one than it was asked for.
Status fetch_commit(GitSession& session, const CommitId& tip);

// Nothing: `tip` descends from `before`. Fetches as much of the past as it takes.
Result<std::optional<Refusal>> refuse_rewritten(GitSession& session, const CommitId& tip, const CommitId& before);

}  // namespace cowherd
