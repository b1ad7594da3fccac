// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/load_paths.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <set>

#include "reconciler/source/file_diagnostic.h"
#include "reconciler/source/tree_walk.h"
#include "resources/files/unique_fd.h"
#include "resources/manifest/manifest_name.h"

namespace cowherd {

namespace {

constexpr const char* kStandardInput = "-";

Diagnostic too_large(const std::string& file, Bytes limit) {
  return file_diagnostic(kFileTooLarge, file, "the file is larger than " + print_quantity(limit),
                         "split it into several files");
}

std::string below(const std::string& directory, const std::string& path) {
  return directory.ends_with('/') ? directory + path : directory + "/" + path;
}

class Loader {
 public:
  explicit Loader(std::istream& standard_input) : standard_input_(standard_input) {}

  LoadedManifests load(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      if (path == kStandardInput) {
        take_standard_input();
        continue;
      }
      std::error_code error;
      if (std::filesystem::is_directory(path, error)) {
        take_directory(path);
      } else {
        take_file(path);
      }
    }
    check_across();
    loaded_.invalid_files = invalid_.size();
    return std::move(loaded_);
  }

 private:
  void refuse(Diagnostic why) {
    if (why.severity == Severity::Error) invalid_.insert(why.spot.file);
    loaded_.diagnostics.push_back(std::move(why));
  }

  bool first_time(const std::string& path) {
    std::error_code error;
    const std::filesystem::path canonical = std::filesystem::canonical(path, error);
    return read_.insert(error ? path : canonical.string()).second;
  }

  void take_text(const std::string& file, const std::string& text) {
    ParsedFile parsed = parse_manifest(text, file);
    for (Diagnostic& found : parsed.diagnostics) refuse(std::move(found));
    if (invalid_.contains(file)) return;
    for (Document& document : parsed.documents) loaded_.documents.push_back(std::move(document));
  }

  void take_standard_input() {
    ++loaded_.files;
    std::string text(limits_.file.value + 1, '\0');
    standard_input_.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(standard_input_.gcount()));
    if (text.size() > limits_.file.value) return refuse(too_large(kStandardInput, limits_.file));
    take_text(kStandardInput, text);
  }

  void take_file(const std::string& path) {
    if (!first_time(path)) return;
    ++loaded_.files;
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd.valid()) {
      const Error error = errno_error(errno, "open '" + path + "'");
      return refuse(file_diagnostic(kUnreadable, path, error.message));
    }
    const auto text = read_open_file(fd.get(), limits_.file, path);
    if (!text && text.error().kind == ErrorKind::Invalid) return refuse(too_large(path, limits_.file));
    if (!text) return refuse(file_diagnostic(kUnreadable, path, text.error().message));
    take_text(path, *text);
  }

  void take_directory(const std::string& directory) {
    HostTrees trees;
    auto tree = trees.open(directory);
    if (!tree) return refuse(file_diagnostic(kUnreadable, directory, to_string(tree.error())));
    auto walk = walk_tree(**tree, limits_);
    if (!walk) return refuse(file_diagnostic(kUnreadable, directory, to_string(walk.error())));
    for (const std::string& problem : walk->problems)
      refuse(file_diagnostic(kUnreadable, directory, problem));
    for (Diagnostic& found : walk->diagnostics) {
      found.spot.file = below(directory, found.spot.file);
      refuse(std::move(found));
    }
    for (const FileEntry& entry : walk->files) take_entry(**tree, directory, entry.name);
  }

  void take_entry(ManifestTree& tree, const std::string& directory, const std::string& path) {
    const std::string shown = below(directory, path);
    if (!first_time(shown)) return;
    ++loaded_.files;
    if (!is_printable_name(path)) {
      return refuse(file_diagnostic(kUnprintableName, escaped_name(shown),
                                    "the file name is not printable UTF-8", "rename the file"));
    }
    const auto stamp = tree.stat(path);
    if (!stamp) return refuse(file_diagnostic(shown, stamp.error()));
    if (stamp->type != FileType::Regular) {
      return refuse(file_diagnostic(kNotRegular, shown, "this is not a regular file",
                                    "a manifest is a file; remove or rename this"));
    }
    if (stamp->size > limits_.file) return refuse(too_large(shown, limits_.file));
    const auto read = tree.read(path, limits_.file);
    if (!read) return refuse(file_diagnostic(shown, read.error()));
    take_text(shown, read->text);
  }

  void check_across() {
    for (Diagnostic& found : cross_check(loaded_.documents)) {
      if (found.severity == Severity::Error) {
        for (const Diagnostic::Other& other : found.others) invalid_.insert(other.spot.file);
      }
      refuse(std::move(found));
    }
  }

  const TreeLimits limits_{};
  std::istream& standard_input_;
  LoadedManifests loaded_{};
  std::set<std::string> invalid_{};
  std::set<std::string> read_{};  // canonical
};

}  // namespace

LoadedManifests load_paths(const std::vector<std::string>& paths, std::istream& standard_input) {
  return Loader(standard_input).load(paths);
}

LoadedManifests load_paths(const std::vector<std::string>& paths) { return load_paths(paths, std::cin); }

}  // namespace cowherd
