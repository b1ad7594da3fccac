// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/sources.h"

namespace cowherd {

namespace {

std::vector<std::unique_ptr<Feed>> feeds_of(std::vector<OneSource>& sources) {
  std::vector<std::unique_ptr<Feed>> feeds;
  for (OneSource& source : sources) feeds.push_back(std::move(source.feed));
  return feeds;
}

std::vector<SourceRecords> records_of(std::vector<OneSource>& sources) {
  std::vector<SourceRecords> records;
  for (OneSource& source : sources) records.push_back(std::move(source.records));
  return records;
}

}  // namespace

std::string in_source(const std::string& source, const std::string& path) { return source + ":" + path; }

Sources::Sources(std::vector<OneSource> sources, Span prune_delay, LabelSelector host)
    : feeds_(feeds_of(sources)), declared_(records_of(sources), prune_delay, std::move(host)) {}

Declaration Sources::load(Moment now) {
  std::vector<SourceLook> looks;
  for (const auto& feed : feeds_) looks.push_back(feed->look(now));
  Declaration result = declared_.merge(std::move(looks), now);
  for (std::size_t i = 0; i < feeds_.size(); ++i) {
    if (feeds_[i]->name().str().empty()) continue;
    SourceStatus status = feeds_[i]->status();
    declared_.sources()[i].complete(status);
    result.sources.push_back(std::move(status));
  }
  return result;
}

bool Sources::ask(const ResourceName& source) {
  for (const auto& feed : feeds_) {
    if (feed->name() == source) return feed->ask();
  }
  return false;
}

}  // namespace cowherd
