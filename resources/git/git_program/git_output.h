// SPDX-License-Identifier: Apache-2.0
// What git prints, read strictly: a server may have put anything into it. Pure; Corrupt for what git does not print.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resources/git/commit_id.h"
#include "resources/vocabulary/moment.h"

namespace cowherd {

// Of `git ls-remote URL REF REF^{}`: the commit that a branch or tag names, through a tag's own object. Nothing: there is no
// such ref. Other refs whose names end alike are passed over.
Result<std::optional<CommitId>> parse_ls_remote(std::string_view text, std::string_view ref);

struct TreeEntry {
  enum class Type { File, Symlink, Submodule };
  Type type = Type::File;
  CommitId id{};           // of the blob: objects of all kinds have such names
  std::uint64_t size = 0;  // of a file
  std::string path{};      // below the tree; any bytes but NUL
  bool operator==(const TreeEntry&) const = default;
};

// Of `git ls-tree -r -z -l`; Exhausted when there are more than `most`.
Result<std::vector<TreeEntry>> parse_tree(std::string_view text, std::size_t most);

// Of `git cat-file --batch-check` for one name: the object's type, or nothing when there is none.
struct NamedObject {
  std::string type{};
  CommitId id{};
  bool operator==(const NamedObject&) const = default;
};
Result<std::optional<NamedObject>> parse_object(std::string_view line);

// Of `git cat-file --batch`: the contents of `files`, in their order.
Result<std::vector<std::string>> parse_contents(std::string_view text, const std::vector<TreeEntry>& files);

struct CommitFacts {
  std::string author{};
  std::string subject{};
  Moment committed{};
  bool operator==(const CommitFacts&) const = default;
};

// The format for `git log`, and what it prints.
inline constexpr std::string_view kFactsFormat = "%an%x00%ae%x00%ct%x00%s";
Result<CommitFacts> parse_facts(std::string_view text);

// Text of strangers for one line of a terminal or a log: no control characters, nothing that turns its direction, UTF-8, at
// most `most` bytes.
std::string one_line(std::string_view text, std::size_t most);

}  // namespace cowherd
