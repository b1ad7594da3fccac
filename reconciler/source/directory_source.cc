// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/directory_source.h"

#include <filesystem>

namespace cowherd {

namespace {

// One spelling per directory, symlinks kept: it names the source in what is remembered.
std::string spelled(const std::string& directory) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(directory, error);
  std::string text = error ? directory : absolute.lexically_normal().string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

}  // namespace

DirectorySource::DirectorySource(const DirectorySettings& settings, LastGood& last_good)
    : DirectorySource(settings, last_good, std::make_unique<HostTrees>()) {}

DirectorySource::DirectorySource(const DirectorySettings& settings, LastGood& last_good,
                                 std::unique_ptr<ManifestTrees> trees)
    : trees_(std::move(trees)),
      scan_(*trees_, spelled(settings.directory), settings.settle, settings.limits),
      declared_({spelled(settings.directory), settings.prune_delay, settings.when_empty}, last_good) {}

Declaration DirectorySource::load(Moment now) { return declared_.merge(scan_.look(now), now); }

void DirectorySource::accept_empty() { declared_.accept_empty(); }

}  // namespace cowherd
