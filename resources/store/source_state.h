// SPDX-License-Identifier: Apache-2.0
// What is known of a repository that is followed, over restarts and without its server:
//
//   sources/<name>/state.json            what is in force, what came last, what the server said last
//   sources/<name>/revisions/<id>.json   manifests of one commit, published whole, never written again
//   sources/<name>/pin.json              a person's word that another commit of these stays in force
//
// state.json is written by whoever holds the lock, after the revisions it names; pin.json without the lock. Reading writes
// nothing. Functions block on the disk.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "resources/files/file_system.h"
#include "resources/git/git_remote.h"
#include "resources/store/layout.h"

namespace cowherd {

inline constexpr std::size_t kRevisionsKept = 20;

// Why the server could not be asked, or what it has could not be had.
struct SourceProblem {
  std::string reason{};  // AuthenticationFailed, NotFound, NoAnswer, TooLarge, NoSpace, ServerLies, Misconfigured, FetchFailed
  std::string message{};
  Moment since{};
  int failures = 0;  // in a row
  bool operator==(const SourceProblem&) const = default;
};

// A commit that was in force.
struct PastRevision {
  CommitId id{};
  std::string subject{};
  std::string author{};
  std::string signer{};
  Moment committed{};
  Moment in_force_since{};  // last time that it came into force
  bool operator==(const PastRevision&) const = default;
};

struct SourceState {
  std::string followed{};  // what was followed, as text: of another place nothing here holds
  CommitId in_force{};     // empty: none yet
  CommitId followed_to{};  // what came into force last without a pin: newer ones have to descend from it
  CommitId latest{};       // the newest that was had whole; not in force while it is bad or a pin holds another
  std::optional<Refusal> refusal{};  // of a newer one that was not had whole
  std::optional<SourceProblem> problem{};
  std::optional<Moment> checked{};   // when the server last answered
  std::vector<PastRevision> history{};  // newest first, kRevisionsKept at most; their texts are kept
  bool operator==(const SourceState&) const = default;
};

struct SourcePin {
  CommitId id{};
  std::string reason{};  // of the person, may be empty
  Moment since{};
  bool operator==(const SourcePin&) const = default;
};

// NotFound: nothing was ever had of it.
Result<SourceState> read_source_state(FileSystem& files, const Layout& layout, const ResourceName& source);
// Durable when it returns.
Status write_source_state(FileSystem& files, const Layout& layout, const ResourceName& source, const SourceState& state);

// Text of a revision's file, and back. A damaged one is Corrupt.
std::string print_revision(const Revision& revision);
Result<Revision> parse_revision(std::string_view text);

Result<std::string> read_revision_text(FileSystem& files, const Layout& layout, const ResourceName& source, const CommitId& id);
// Durable when it returns. One that is there already is left as it is.
Status keep_revision(FileSystem& files, const Layout& layout, const ResourceName& source, const Revision& revision);
// Removes the texts that the state does not name. The first error is told, the others are tried all the same.
Status drop_revisions(FileSystem& files, const Layout& layout, const ResourceName& source, const SourceState& state,
                      const std::optional<SourcePin>& pin);

// NotFound: it follows its repository. Corrupt: it is pinned, to what cannot be read.
Result<SourcePin> read_pin(FileSystem& files, const Layout& layout, const ResourceName& source);
// Durable when it returns; replaces another pin. Invalid for a reason that is longer than 1 KiB or has control characters.
Status pin_source(FileSystem& files, const Layout& layout, const ResourceName& source, const SourcePin& pin);
// Durable when it returns. NotFound when there is none.
Status unpin_source(FileSystem& files, const Layout& layout, const ResourceName& source);

}  // namespace cowherd
