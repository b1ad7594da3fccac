// SPDX-License-Identifier: Apache-2.0
#include "resources/git/git_program/read_manifests.h"

#include <algorithm>

#include "resources/manifest/manifest_name.h"

namespace cowherd {

namespace {

constexpr const char* kReading = "read what was fetched from";

// Calls `each` with every part between slashes; false as soon as it does.
template <class Each>
bool every_part(std::string_view path, Each each) {
  while (true) {
    const std::size_t slash = path.find('/');
    if (!each(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

bool is_hidden_path(std::string_view path) {
  return !every_part(path, [](std::string_view part) { return !is_hidden_name(part); });
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Why the commit cannot be taken for the sake of this one entry; empty: it can.
std::string fault_of(const TreeEntry& entry, const std::string& above) {
  const std::string name = "'" + escaped_name(above + entry.path) + "'";
  if (!is_printable_name(entry.path)) return name + " has a name that cannot be printed";
  if (entry.type == TreeEntry::Type::Symlink) return name + " is a symlink, and none is followed";
  if (entry.type == TreeEntry::Type::Submodule) return name + " is a submodule, and none is read";
  return {};
}

std::string size_fault(const std::vector<TreeEntry>& manifests, const GitLimits& limits, const std::string& above) {
  Bytes total;
  for (const TreeEntry& file : manifests) {
    if (Bytes{file.size} > limits.file) {
      return "'" + above + file.path + "' is larger than " + print_quantity(limits.file) + ": " + print_quantity(Bytes{file.size});
    }
    total = total + Bytes{file.size};
  }
  if (total > limits.total) {
    return "its manifests are more than " + print_quantity(limits.total) + " together: " + print_quantity(total);
  }
  if (manifests.size() <= limits.files) return {};
  return "there are " + std::to_string(manifests.size()) + " manifests, at most " + std::to_string(limits.files) + " are read";
}

// What stands before paths below the place's own.
std::string names_above(const GitPlace& place) { return place.path.empty() ? "" : place.path + "/"; }

std::string hint_for(const std::string& reason) {
  if (reason == "PathMissing") return "git.path names a directory of the repository; make it there, or mend git.path";
  if (reason == "NotPlainFiles") {
    return "put plain files there, or move it out of git.path; names that begin with a dot are passed over";
  }
  return "keep what is no manifest out of git.path, and manifests small";
}

Refusal refused(const GitSession& session, const CommitId& commit, const std::string& reason, const std::string& why) {
  return Refusal{commit, reason, "commit " + commit.short7() + " of '" + session.url().text + "': " + why, hint_for(reason)};
}

Result<std::optional<NamedObject>> directory_of(GitSession& session, const CommitId& commit) {
  const std::string& path = session.place().path;
  const std::string name = commit.str() + (path.empty() ? "^{tree}" : ":" + path);
  COWHERD_ASSIGN(const std::string line, session.must(kReading, {"cat-file", "--batch-check"}, name + "\n"));
  return parse_object(line);
}

Result<Manifests> contents_of(GitSession& session, const std::vector<TreeEntry>& files) {
  if (files.empty()) return Manifests{};
  std::string names;
  for (const TreeEntry& file : files) names += file.id.str() + "\n";
  COWHERD_ASSIGN(const std::string output, session.must(kReading, {"cat-file", "--batch"}, names));
  COWHERD_ASSIGN(std::vector<std::string> texts, parse_contents(output, files));
  Manifests manifests;
  for (std::size_t i = 0; i < files.size(); ++i) manifests[names_above(session.place()) + files[i].path] = std::move(texts[i]);
  return manifests;
}

}  // namespace

Status check_place_path(const std::string& path) {
  const auto is_part = [](std::string_view part) { return !part.empty() && part != "." && part != ".."; };
  if (path.empty() || (is_printable_name(path) && every_part(path, is_part))) return {};
  return fail(ErrorKind::Invalid, "read '" + escaped_name(path) + "': this is no directory of a repository",
              "like hosts/web, without slashes at its ends");
}

Listing choose_manifests(const std::vector<TreeEntry>& entries, const GitLimits& limits, const std::string& above) {
  Listing listing;
  for (const TreeEntry& entry : entries) {
    if (is_hidden_path(entry.path)) continue;
    if (std::string fault = fault_of(entry, above); !fault.empty()) return {{}, "NotPlainFiles", std::move(fault)};
    if (is_manifest_name(last_part(entry.path))) listing.manifests.push_back(entry);
  }
  if (std::string fault = size_fault(listing.manifests, limits, above); !fault.empty()) return {{}, "TooLarge", std::move(fault)};
  return listing;
}

Result<std::variant<Manifests, Refusal>> read_manifests(GitSession& session, const CommitId& commit) {
  using Read = std::variant<Manifests, Refusal>;
  const auto refuse = [&](const std::string& reason, const std::string& why) { return Read(refused(session, commit, reason, why)); };
  const std::string& path = session.place().path;
  COWHERD_ASSIGN(const std::optional<NamedObject> directory, directory_of(session, commit));
  if (!directory) return refuse("PathMissing", "there is no directory '" + path + "'");
  if (directory->type != "tree") return refuse("PathMissing", "'" + path + "' is no directory");
  auto names = session.must(kReading, {"ls-tree", "-r", "-z", "-l", "--full-tree", directory->id.str()});
  if (!names && names.error().reason == kSaysTooMuch) return refuse("TooLarge", "the names of its files are too many");
  if (!names) return fail(std::move(names).error());
  auto entries = parse_tree(*names, session.limits().entries);
  if (!entries && entries.error().kind == ErrorKind::Exhausted) return refuse("TooLarge", entries.error().message);
  if (!entries) return fail(std::move(entries).error());
  const Listing listing = choose_manifests(*entries, session.limits(), names_above(session.place()));
  if (!listing.reason.empty()) return refuse(listing.reason, listing.message);
  COWHERD_ASSIGN(Manifests manifests, contents_of(session, listing.manifests));
  return Read(std::move(manifests));
}

}  // namespace cowherd
