// SPDX-License-Identifier: Apache-2.0
// Whether somebody whom the place names signed a commit, or the tag that leads to it.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "resources/git/git_program/git_session.h"

namespace cowherd {

struct Signer {
  std::string name{};  // empty: signatures are not asked for
  bool operator==(const Signer&) const = default;
};

// After fetch_commit. Errors: a keyring is of no use (Invalid), or gpg is not here (Failed).
Result<std::variant<Signer, Refusal>> verify_commit(GitSession& session, const CommitId& commit);

// From what git verify-commit tells of a good signature, by GnuPG or by ssh-keygen. Pure.
std::string signer_in(std::string_view told);

}  // namespace cowherd
