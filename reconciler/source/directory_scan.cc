// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/directory_scan.h"

#include <algorithm>
#include <cerrno>

#include "reconciler/source/file_diagnostic.h"
#include "resources/manifest/manifest_name.h"

namespace cowherd {

namespace {

constexpr int kAttempts =
    3;  // of one look; a swap is over in no time, so a third failure is a storm of changes
constexpr Span kLongestSettle{2'000};

Moment moment_of(std::int64_t nanoseconds) {
  // Rounded up: a file is never taken for older than it is.
  return Moment{std::chrono::ceil<Span>(std::chrono::nanoseconds{nanoseconds})};
}

// A file whose text could not be had may declare anything, so the look is not complete.
void not_read(SourceLook& look, const std::string& path, Diagnostic why) {
  look.problems.push_back("'" + path + "' was not read: " + why.message);
  look.files[path] = NoText{std::move(why)};
}

void settling(SourceLook& look, const std::string& path, Moment until) {
  look.problems.push_back("'" + path + "' changed a moment ago");
  look.files[path] = NoText{};
  look.settle_until = look.settle_until ? std::min(*look.settle_until, until) : until;
}

bool same_names(const TreeWalk& a, const TreeWalk& b) {
  return a.files == b.files && a.directories == b.directories && a.problems == b.problems;
}

}  // namespace

DirectoryScan::DirectoryScan(ManifestTrees& trees, std::string directory, Span settle, TreeLimits limits)
    : trees_(trees), directory_(std::move(directory)), settle_(settle), limits_(limits) {}

SourceLook DirectoryScan::look(Moment now) {
  SourceLook failed;
  for (int i = 0; i < kAttempts; ++i) {
    auto tree = trees_.open(directory_);
    if (!tree) {
      failed.problems = {to_string(tree.error())};
      if (tree.error().kind != ErrorKind::NotFound) return failed;
      continue;  // between the two halves of a swap that is not atomic
    }
    auto made = attempt(**tree, now);
    if (made) {
      if (const Status there = (*tree)->still_there(); !there) made = fail(there.error());
    }
    if (made) {
      taken_ = std::move(made->taken);
      observed_ = std::move(made->observed);
      return std::move(made->look);
    }
    failed.problems = {to_string(made.error())};
  }
  return failed;
}

Result<DirectoryScan::Attempt> DirectoryScan::attempt(ManifestTree& tree, Moment now) {
  COWHERD_ASSIGN(const TreeWalk walk, walk_tree(tree, limits_));
  Attempt made;
  made.look.listed = walk.problems.empty();
  made.look.problems = walk.problems;
  made.look.diagnostics = walk.diagnostics;
  for (const FileEntry& entry : walk.files) {
    COWHERD_TRY(take(tree, entry, now, made));
    if (made.total > limits_.total) return too_much();
  }
  COWHERD_TRY(verify(tree, walk, now, made));
  return made;
}

Status DirectoryScan::take(ManifestTree& tree, const FileEntry& entry, Moment now, Attempt& made) {
  const std::string& path = entry.name;
  if (!is_printable_name(path)) {
    const std::string shown = escaped_name(path);
    not_read(
        made.look, shown,
        file_diagnostic(kUnprintableName, shown, "the file name is not printable UTF-8", "rename the file"));
    return {};
  }
  const auto stamp = tree.stat(path);
  if (!stamp) {
    if (entry.type != FileType::Symlink && stamp.error().errno_value == ENOENT) {
      return fail(ErrorKind::Stale, "'" + path + "' vanished while the directory was read");
    }
    not_read(made.look, path, file_diagnostic(path, stamp.error()));
    return {};
  }
  if (stamp->type != FileType::Regular) {
    // It has no text, so nothing is missed: the look stays complete.
    made.look.files[path] = NoText{file_diagnostic(kNotRegular, path, "this is not a regular file",
                                                   "a manifest is a file; remove or rename this")};
    return {};
  }
  if (stamp->size > limits_.file) {
    not_read(made.look, path,
             file_diagnostic(kFileTooLarge, path, "the file is larger than " + print_quantity(limits_.file),
                             "split it into several files"));
    return {};
  }
  made.total = made.total + stamp->size;
  const auto known = taken_.find(path);
  if (known != taken_.end() && known->second == *stamp) {
    made.look.files[path] = SameText{};
    made.taken.emplace(path, *stamp);
    return {};
  }
  return read(tree, path, *stamp, now, made);
}

Moment DirectoryScan::settled_at(const Observed& observed) const {
  const Moment by_stamp = moment_of(std::max(observed.stamp.mtime_ns, observed.stamp.ctime_ns)) + settle_;
  // Time stamps in the future must not keep a file out: what looks saw unchanged for this long is settled,
  // too.
  return std::min(by_stamp, observed.first + std::max(settle_, kLongestSettle));
}

Status DirectoryScan::read(ManifestTree& tree, const std::string& path, const FileStamp& stamp, Moment now,
                           Attempt& made) {
  Observed observed{stamp, now};
  const auto before = observed_.find(path);
  if (before != observed_.end() && before->second.stamp == stamp)
    observed.first = std::min(before->second.first, now);
  made.observed[path] = observed;
  if (const Moment ready = settled_at(observed); now < ready) {
    settling(made.look, path, ready);
    return {};
  }
  auto got = tree.read(path, limits_.file);
  if (!got && got.error().errno_value == ENOENT) {
    return fail(ErrorKind::Stale, "'" + path + "' vanished while the directory was read");
  }
  if (!got) {
    not_read(made.look, path, file_diagnostic(path, got.error()));
    return {};
  }
  if (got->before != stamp || got->after != stamp || got->text.size() != stamp.size.value) {
    settling(made.look, path, now + settle_);
    return {};
  }
  made.look.files[path] = NewText{std::move(got->text)};
  made.taken.emplace(path, stamp);
  return {};
}

// Nothing is taken, and what was taken before stays.
DirectoryScan::Attempt DirectoryScan::too_much() const {
  Attempt made;
  made.taken = taken_;
  made.observed = observed_;
  made.look.problems = {"the manifests are larger than " + print_quantity(limits_.total) + " together"};
  return made;
}

// Files read one after another are a snapshot only if none of them was exchanged meanwhile.
Status DirectoryScan::verify(ManifestTree& tree, const TreeWalk& before, Moment now, Attempt& made) {
  if (made.taken == taken_) return {};
  COWHERD_ASSIGN(const TreeWalk after, walk_tree(tree, limits_));
  const Error changed =
      make_error(ErrorKind::Stale, "directory '" + directory_ + "' changed while it was read");
  if (!same_names(before, after)) return fail(changed);
  std::vector<std::string> written;
  for (const auto& [path, stamp] : made.taken) {
    const auto again = tree.stat(path);
    if (!again || again->id != stamp.id) return fail(changed);
    if (*again != stamp) written.push_back(path);
  }
  for (const std::string& path : written) {
    made.taken.erase(path);
    settling(made.look, path, now + settle_);
  }
  return {};
}

}  // namespace cowherd
