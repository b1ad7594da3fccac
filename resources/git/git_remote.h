// SPDX-License-Identifier: Apache-2.0
// A repository that is followed, and what a look at it brings: one commit's manifests as text. Nothing is ever checked out.
#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "resources/git/commit_id.h"
#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/quantity.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

enum class RefKind { Branch, Tag, Commit };

struct GitRef {
  RefKind kind = RefKind::Branch;
  std::string name{};  // "main", "v1.2", or the whole name of a commit
  bool operator==(const GitRef&) const = default;
};

// Whether a commit may come into force that does not descend from the one before.
enum class Rewrites { Refuse, Allow };

// Files on this host, absolute; empty: none. Each is read anew by every fetch.
struct GitAccess {
  std::string username{};            // with a password; empty: "git"
  std::string password_file{};       // one line: a password or token for https
  std::string ssh_key_file{};        // a private key without a passphrase
  std::string known_hosts_file{};    // required for ssh: an unknown host is never trusted
  std::string ca_file{};             // certificates to trust for https instead of the host's
  bool operator==(const GitAccess&) const = default;
};

// Commits that none of these signed are refused; empty: signatures are not asked for.
struct GitSigners {
  std::string allowed_signers_file{};  // ssh-keygen(1), ALLOWED SIGNERS
  std::string gpg_keyring_file{};      // public keys as `gpg --export` writes them, armored or not
  bool operator==(const GitSigners&) const = default;
};

struct GitPlace {
  std::string url{};
  GitRef ref{};
  std::string path{};  // directory of the repository, without slashes at its ends; empty: its root
  Rewrites rewrites = Rewrites::Refuse;
  GitAccess access{};
  GitSigners signers{};
  Span timeout{60'000};  // of one look at the server, all its processes together
  bool operator==(const GitPlace&) const = default;
};

struct GitLimits {
  std::size_t files = 10'000;    // manifests below the path
  std::size_t entries = 100'000; // of all names below the path
  Bytes file = 1_MiB;
  Bytes total = 8_MiB;           // of all manifests
  Bytes fetched = 256_MiB;       // of what the server sends
};

// One commit as a declared set.
struct Revision {
  CommitId id{};
  std::string subject{};
  std::string author{};  // "Name <address>"
  Moment committed{};
  std::string signer{};  // who signed it; empty: not asked for
  std::map<std::string, std::string> files{};  // text of the manifests by path in the repository, the place's path with it
  bool operator==(const Revision&) const = default;
};

// A commit that was had and cannot be a declared set. The same one is refused again.
struct Refusal {
  CommitId id{};
  std::string reason{};   // NotVerified, Rewound, PathMissing, NotPlainFiles, TooLarge
  std::string message{};  // what, where, why
  std::string hint{};
  bool operator==(const Refusal&) const = default;
};

using Fetched = std::variant<Revision, Refusal>;

// Blocks up to GitPlace::timeout, or until told to stop. Safe from several threads at once for different places.
// Errors, with a hint where a person can do something: Denied (the server, or a file of ours, refuses), NotFound (no such repository,
// branch or tag), Busy (no answer, or too slow), Exhausted (it sends too much), Corrupt (what it sends is not what it
// promised), Invalid (a file named in the place is of no use), Failed (the rest: no git, no network, cancelled).
class GitRemote {
 public:
  virtual ~GitRemote() = default;
  // The commit that the ref names on the server now; nothing else is transferred.
  virtual Result<CommitId> tip(const GitPlace& place, std::stop_token stop) = 0;
  // The manifests of that commit. in_force: it has to descend from this one, unless rewrites are allowed; empty: anything is
  // taken.
  virtual Result<Fetched> fetch(const GitPlace& place, const CommitId& tip, const CommitId& in_force, std::stop_token stop) = 0;
};

}  // namespace cowherd
