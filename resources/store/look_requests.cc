// SPDX-License-Identifier: Apache-2.0
#include "resources/store/look_requests.h"

#include "resources/files/publish.h"

namespace cowherd {

namespace {

constexpr std::string_view kPrefix = "reconcile-";

}  // namespace

Result<std::string> request_look(FileSystem& files, const Layout& layout, const Uid& token) {
  const std::string name = std::string(kPrefix) + token.str();
  COWHERD_TRY(publish_file(files, layout.approvals(), name, "{}\n"));
  return layout.approvals() + "/" + name;
}

Result<std::vector<std::string>> list_look_requests(FileSystem& files, const Layout& layout) {
  std::vector<std::string> paths;
  const Result<std::vector<FileEntry>> entries = files.list(layout.approvals());
  if (!entries && entries.error().kind == ErrorKind::NotFound) return paths;
  if (!entries) return fail(entries.error());
  for (const FileEntry& entry : *entries) {
    if (entry.name.starts_with(kPrefix)) paths.push_back(layout.approvals() + "/" + entry.name);
  }
  return paths;
}

}  // namespace cowherd
