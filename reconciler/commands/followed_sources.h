// SPDX-License-Identifier: Apache-2.0
// The places that manifests come from as the configuration names them, put together: the manifest directory, further
// directories, repositories.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reconciler/source/git_feed.h"
#include "resources/kinds/config.h"

namespace cowherd {

enum class SourceAccess { Reads, Writes };  // whether what comes into force is remembered

class FollowedSources {
 public:
  // files outlives this.
  FollowedSources(const Config& config, const std::string& manifests, FileSystem& files, const Layout& layout, SourceAccess access);

  Source& source() { return *sources_; }
  // Begins to ask servers; notify is called on other threads. Precondition: SourceAccess::Writes; clock outlives this.
  void follow(const Clock& clock, const std::function<void()>& notify);
  // Ends what is under way with servers, and waits for it.
  void stop();

 private:
  LastGood& memory_of(const std::string& directory, SourceAccess access);
  OneSource further_directory(const SourceConfig& source, const Config& config, SourceAccess access);
  OneSource repository(const SourceConfig& source, const Config& config, SourceAccess access);

  FileSystem& files_;
  Layout layout_;
  std::vector<std::unique_ptr<LastGood>> memories_{};
  std::unique_ptr<GitRemote> git_{};
  std::vector<GitFeed*> feeds_{};  // of sources_
  std::unique_ptr<Sources> sources_{};
};

// Directories that are watched for changes.
std::vector<std::string> watched_directories(const Config& config, const std::string& manifests);

}  // namespace cowherd
