// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/last_good.h"

#include "reconciler/source/file_diagnostic.h"
#include "resources/files/bulk.h"
#include "resources/files/json.h"
#include "resources/files/publish.h"

namespace cowherd {

namespace {

constexpr std::string_view kEnding = ".json";
constexpr Bytes kLargestEntry = 8_MiB;  // 1 MiB of text with every byte escaped, and the rest

std::string entry_name(const std::string& path) { return sha256(path).str() + std::string(kEnding); }

bool is_entry_name(const std::string& name) {
  return name.ends_with(kEnding) && Digest::make(name.substr(0, name.size() - kEnding.size())).has_value();
}

Result<GoodFile> decode(const std::string& text) {
  COWHERD_ASSIGN(const Value entry, parse_json(text));
  GoodFile file;
  COWHERD_ASSIGN(file.path, string_at(entry, "path"));
  COWHERD_ASSIGN(file.text, string_at(entry, "text"));
  COWHERD_ASSIGN(file.root, string_at(entry, "root"));
  COWHERD_ASSIGN(const std::string accepted, string_at(entry, "acceptedAt"));
  COWHERD_ASSIGN(file.accepted_at, parse_moment(accepted));
  return file;
}

Result<GoodFile> read_entry(FileSystem& files, const std::string& directory, const std::string& name) {
  COWHERD_ASSIGN(const std::string text, files.read(directory + "/" + name, kLargestEntry));
  COWHERD_ASSIGN(GoodFile file, decode(text));
  if (entry_name(file.path) == name) return file;
  return fail(ErrorKind::Corrupt, "the entry is of '" + file.path + "' and belongs under another name");
}

}  // namespace

DirectoryLastGood::DirectoryLastGood(FileSystem& files, std::string directory)
    : files_(files), directory_(std::move(directory)) {}

Result<Recalled> DirectoryLastGood::recall() {
  Recalled recalled;
  const auto entries = files_.list(directory_);
  if (!entries && entries.error().kind == ErrorKind::NotFound) return recalled;
  if (!entries) return fail(Error(entries.error()).in("recalling the last good manifests"));
  for (const FileEntry& entry : *entries) {
    if (!is_entry_name(entry.name)) continue;
    auto file = read_entry(files_, directory_, entry.name);
    if (file) {
      recalled.files.push_back(*std::move(file));
    } else if (file.error().kind != ErrorKind::NotFound) {  // else forgotten meanwhile by the daemon
      recalled.ignored.push_back(file_diagnostic(
          kLastGoodIgnored, directory_ + "/" + entry.name,
          "this remembered manifest is ignored: " + to_string(file.error()), "remove the file"));
    }
  }
  return recalled;
}

Status DirectoryLastGood::remember(const GoodFile& file) {
  Value entry = Value::map();
  entry.set("path", file.path);
  entry.set("root", file.root);
  entry.set("acceptedAt", print_moment(file.accepted_at));
  entry.set("text", file.text);
  const auto doing = [&] { return "remembering the good version of '" + file.path + "'"; };
  COWHERD_TRY(make_directories(files_, directory_).in(doing()));
  return publish_file(files_, directory_, entry_name(file.path), print_json(entry, JsonStyle::Pretty))
      .in(doing());
}

Status DirectoryLastGood::forget(const std::string& path) {
  const auto doing = [&] { return "forgetting the good version of '" + path + "'"; };
  if (Status removed = files_.remove(directory_ + "/" + entry_name(path)); !removed) {
    if (removed.error().kind == ErrorKind::NotFound) return {};
    return std::move(removed).in(doing());
  }
  return files_.sync(directory_).in(doing());
}

}  // namespace cowherd
