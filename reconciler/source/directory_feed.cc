// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/directory_feed.h"

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

// Names and spots as people are shown them.
SourceLook named(SourceLook look, const std::string& source) {
  SourceLook shown = std::move(look);
  std::map<std::string, FileNews> files;
  for (auto& [path, news] : shown.files) {
    if (auto* none = std::get_if<NoText>(&news); none != nullptr && none->why) none->why->spot.file = in_source(source, path);
    files.emplace(in_source(source, path), std::move(news));
  }
  shown.files = std::move(files);
  for (Diagnostic& found : shown.diagnostics) found.spot.file = in_source(source, found.spot.file);
  return shown;
}

}  // namespace

DirectoryFeed::DirectoryFeed(const DirectorySettings& settings, std::unique_ptr<ManifestTrees> trees)
    : trees_(std::move(trees)),
      name_(settings.name),
      directory_(spelled(settings.directory)),
      scan_(*trees_, directory_, settings.settle, settings.limits) {}

SourceLook DirectoryFeed::look(Moment now) {
  SourceLook look = scan_.look(now);
  return name_.str().empty() ? look : named(std::move(look), name_.str());
}

SourceStatus DirectoryFeed::status() const {
  SourceStatus status;
  status.name = name_;
  status.type = "Directory";
  status.place = directory_;
  return status;
}

OneSource directory_source(const DirectorySettings& settings, LastGood& last_good) {
  return directory_source(settings, last_good, std::make_unique<HostTrees>());
}

OneSource directory_source(const DirectorySettings& settings, LastGood& last_good, std::unique_ptr<ManifestTrees> trees) {
  RecordsSettings records;
  records.root = spelled(settings.directory);
  records.prune_delay = settings.prune_delay;
  records.when_empty = settings.when_empty;
  records.source = settings.name.str();
  return {std::make_unique<DirectoryFeed>(settings, std::move(trees)), SourceRecords(std::move(records), last_good)};
}

}  // namespace cowherd
