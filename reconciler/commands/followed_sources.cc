// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/followed_sources.h"

#include "reconciler/commands/settings.h"
#include "reconciler/source/directory_feed.h"

namespace cowherd {

namespace {

WhenEmpty when_empty_of(const Config& config) { return config.allow_empty == EmptySource::Allow ? WhenEmpty::Accept : WhenEmpty::Hold; }

GitFeedSettings feed_settings_of(const SourceConfig& source, const Config& config) {
  GitFeedSettings settings;
  settings.name = source.name;
  settings.pace.interval = source.git_interval;
  settings.when_empty = when_empty_of(config);
  const Result<GitPlace> place = git_place_of(source);
  if (place) {
    settings.place = *place;
    return settings;
  }
  settings.unusable = place.error();
  SourceConfig without_credentials = source;
  without_credentials.password_credential = {};
  without_credentials.ssh_key_credential = {};
  if (const Result<GitPlace> bare = git_place_of(without_credentials)) settings.place = *bare;
  return settings;
}

}  // namespace

FollowedSources::FollowedSources(const Config& config, const std::string& manifests, FileSystem& files, const Layout& layout,
                                 SourceAccess access)
    : files_(files), layout_(layout) {
  std::vector<OneSource> sources;
  sources.push_back(directory_source(directory_settings_of(config, manifests), memory_of(layout.declared(), access)));
  for (const SourceConfig& source : config.sources) {
    sources.push_back(source.git_url.empty() ? further_directory(source, config, access) : repository(source, config, access));
  }
  sources_ = std::make_unique<Sources>(std::move(sources), config.prune_delay, host_labels(config));
  if (!feeds_.empty()) git_ = std::make_unique<GitProgram>(git_settings_of(layout));
}

LastGood& FollowedSources::memory_of(const std::string& directory, SourceAccess access) {
  memories_.push_back(std::make_unique<DirectoryLastGood>(files_, directory));
  LastGood& written = *memories_.back();
  if (access == SourceAccess::Writes) return written;
  memories_.push_back(std::make_unique<ReadOnlyLastGood>(written));
  return *memories_.back();
}

OneSource FollowedSources::further_directory(const SourceConfig& source, const Config& config, SourceAccess access) {
  DirectorySettings settings = directory_settings_of(config, source.directory_path);
  settings.name = source.name;
  return directory_source(settings, memory_of(layout_.source_dir(source.name) + "/declared", access));
}

OneSource FollowedSources::repository(const SourceConfig& source, const Config& config, SourceAccess access) {
  const GitFeed::Memory memory = access == SourceAccess::Writes ? GitFeed::Memory::Written : GitFeed::Memory::Read;
  auto feed = std::make_unique<GitFeed>(feed_settings_of(source, config), files_, layout_, memory);
  feeds_.push_back(feed.get());
  return git_source(std::move(feed), config.prune_delay);
}

void FollowedSources::follow(const Clock& clock, const std::function<void()>& notify) {
  for (GitFeed* feed : feeds_) feed->follow(*git_, clock, notify);
}

void FollowedSources::stop() {
  for (GitFeed* feed : feeds_) feed->stop();
}

std::vector<std::string> watched_directories(const Config& config, const std::string& manifests) {
  std::vector<std::string> directories{manifests};
  for (const SourceConfig& source : config.sources) {
    if (!source.directory_path.empty()) directories.push_back(source.directory_path);
  }
  return directories;
}

}  // namespace cowherd
