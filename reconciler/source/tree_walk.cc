// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/tree_walk.h"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <set>

#include "reconciler/source/file_diagnostic.h"
#include "resources/manifest/manifest_name.h"

namespace cowherd {

namespace {

struct Directory {
  std::string path{};
  int depth = 0;
};

bool leads_nowhere(const Error& error) {
  return error.errno_value == ENOENT || error.errno_value == ENOTDIR || error.errno_value == ELOOP;
}

class Walker {
 public:
  Walker(ManifestTree& tree, const TreeLimits& limits) : tree_(tree), limits_(limits) {}

  // Real directories first, so that one which a symlink also reaches keeps its real name.
  Result<TreeWalk> run() {
    real_.push_back({});
    while (!full_ && (!real_.empty() || !linked_.empty())) {
      std::deque<Directory>& from = real_.empty() ? linked_ : real_;
      const bool through_link = real_.empty();
      const Directory next = from.front();
      from.pop_front();
      COWHERD_TRY(enter(next, through_link ? Reached::ByLink : Reached::ByName));
    }
    std::sort(walk_.files.begin(), walk_.files.end(),
              [](const FileEntry& a, const FileEntry& b) { return a.name < b.name; });
    return std::move(walk_);
  }

 private:
  enum class Reached { ByName, ByLink };

  void problem(std::string text) { walk_.problems.push_back(std::move(text)); }

  Status vanished(const std::string& path) {
    return fail(ErrorKind::Stale, "'" + path + "' vanished while the directory was read");
  }

  Status enter(const Directory& directory, Reached how) {
    if (directory.depth > limits_.depth) {
      problem("directory '" + directory.path + "' is nested deeper than " + std::to_string(limits_.depth));
      return {};
    }
    const auto stamp = tree_.stat(directory.path);
    if (!stamp) return unreadable(directory.path, stamp.error());
    if (!entered_.insert(stamp->id).second) {
      if (how == Reached::ByLink) {
        walk_.diagnostics.push_back(
            file_diagnostic(kReadOnceOnly, directory.path,
                            "this symlink leads to a directory that is read under another name already",
                            "remove the symlink"));
      }
      return {};
    }
    const auto entries = tree_.list(directory.path, limits_.entries - seen_);
    if (!entries) return unreadable(directory.path, entries.error());
    seen_ += entries->size();
    walk_.directories.push_back(directory.path);
    for (const FileEntry& entry : *entries) {
      const std::string path = directory.path.empty() ? entry.name : directory.path + "/" + entry.name;
      take(entry, path, directory.depth);
      if (full_) return {};
    }
    return {};
  }

  Status unreadable(const std::string& path, const Error& error) {
    if (leads_nowhere(error)) return vanished(path);
    problem(error.message);
    return {};
  }

  void take(const FileEntry& entry, const std::string& path, int depth) {
    if (is_hidden_name(entry.name) || is_by_product_name(entry.name)) return;
    switch (entry.type) {
      case FileType::Directory:
        descend(real_, entry.name, path, depth);
        return;
      case FileType::Symlink:
        take_link(entry, path, depth);
        return;
      case FileType::Regular:
      case FileType::Other:
        if (is_manifest_name(entry.name)) add(path, entry.type);
        return;
    }
  }

  void take_link(const FileEntry& entry, const std::string& path, int depth) {
    const auto target = tree_.stat(path);
    if (target && target->type == FileType::Directory) return descend(linked_, entry.name, path, depth);
    if (is_manifest_name(entry.name)) return add(path, FileType::Symlink);
    if (target) return;
    // A name that is no manifest's matters only if it could be a directory of them.
    if (target.error().errno_value == EXDEV) {
      const auto outside = tree_.type_anywhere(path);
      if (outside && *outside != FileType::Directory) return;
    }
    const Diagnostic why = file_diagnostic(path, target.error());
    problem("'" + escaped_name(path) + "': " + why.message + " (" + why.hint + ")");
  }

  void descend(std::deque<Directory>& queue, const std::string& name, const std::string& path, int depth) {
    if (is_printable_name(name)) {
      queue.push_back({path, depth + 1});
    } else {
      problem("directory '" + escaped_name(path) + "' has a name that is not printable UTF-8");
    }
  }

  void add(const std::string& path, FileType type) {
    if (walk_.files.size() == limits_.files) {
      full_ = true;
      problem("there are more than " + std::to_string(limits_.files) + " manifest files");
      return;
    }
    walk_.files.push_back({path, type});
  }

  ManifestTree& tree_;
  const TreeLimits& limits_;
  TreeWalk walk_{};
  std::deque<Directory> real_{};
  std::deque<Directory> linked_{};
  std::set<FileId> entered_{};
  std::size_t seen_ = 0;
  bool full_ = false;
};

}  // namespace

Result<TreeWalk> walk_tree(ManifestTree& tree, const TreeLimits& limits) {
  return Walker(tree, limits).run();
}

}  // namespace cowherd
