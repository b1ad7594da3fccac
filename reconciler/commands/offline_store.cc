// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/offline_store.h"

#include "reconciler/commands/settings.h"
#include "reconciler/commands/tell.h"
#include "resources/files/publish.h"
#include "resources/kinds/suggest.h"

namespace cowherd {

std::variant<std::unique_ptr<OfflineStore>, SessionFailure> OfflineStore::open(const Options& given) {
  const auto options = with_defaults(given);
  if (!options) return SessionFailure{ExitCode::Configuration, to_string(options.error())};
  const auto config = read_config(*options);
  if (!config) return SessionFailure{ExitCode::Configuration, to_string(config.error())};
  const Layout layout(options->state_dir);
  return std::unique_ptr<OfflineStore>(new OfflineStore(layout, qemu_img_beside(*config)));  // the constructor is private
}

Status OfflineStore::has_snapshot(const std::string& name) {
  const Result<FileStamp> found = files_.stat(layout().snapshot_dir(name));
  if (found && found->type == FileType::Directory) return {};
  if (!found && found.error().kind != ErrorKind::NotFound) return fail(found.error());
  std::vector<std::string> names;
  const auto entries = files_.list(layout().snapshots());
  if (!entries && entries.error().kind != ErrorKind::NotFound) return fail(entries.error());
  for (const FileEntry& entry : entries.value_or(std::vector<FileEntry>{})) {
    if (entry.type == FileType::Directory && !is_staging_name(entry.name)) names.push_back(entry.name);
  }
  return fail(ErrorKind::NotFound, "there is no snapshot '" + name + "' in '" + layout().snapshots() + "'",
              did_you_mean(name, names));
}

ExitCode tell_failure(const Error& error) {
  tell(to_string(error));
  return error.kind == ErrorKind::Denied ? ExitCode::Permission : ExitCode::Failure;
}

}  // namespace cowherd
