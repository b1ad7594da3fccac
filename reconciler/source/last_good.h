// SPDX-License-Identifier: Apache-2.0
// The last version of each source file that was in force, kept over restarts: a file that is broken by then
// keeps its old version in force, and an empty directory is known not to have been empty before.
#pragma once

#include <string>
#include <vector>

#include "resources/files/file_system.h"
#include "resources/manifest/diagnostic.h"

namespace cowherd {

struct GoodFile {
  std::string path{};  // relative to the root of the source
  std::string text{};
  std::string root{};  // of the source it came from
  Moment accepted_at{};
  bool operator==(const GoodFile&) const = default;
};

struct Recalled {
  std::vector<GoodFile> files{};
  std::vector<Diagnostic> ignored{};  // entries that can not be read; they are left where they are
};

class LastGood {
 public:
  virtual ~LastGood() = default;
  // Nothing remembered yet is success. An error means unknown: what was in force may be anything.
  virtual Result<Recalled> recall() = 0;
  // Durable when it returns; replaces what was remembered of the path.
  virtual Status remember(const GoodFile& file) = 0;
  // A path that is not remembered is success.
  virtual Status forget(const std::string& path) = 0;
};

// `<directory>/<sha256 of the path>.json` with path, text, root and acceptedAt, each published whole.
class DirectoryLastGood final : public LastGood {
 public:
  DirectoryLastGood(FileSystem& files, std::string directory);
  Result<Recalled> recall() override;
  Status remember(const GoodFile& file) override;
  Status forget(const std::string& path) override;

 private:
  FileSystem& files_;
  std::string directory_;
};

// For commands that take no lock: sees what another one remembers and writes nothing.
class ReadOnlyLastGood final : public LastGood {
 public:
  explicit ReadOnlyLastGood(LastGood& inner) : inner_(inner) {}
  Result<Recalled> recall() override { return inner_.recall(); }
  Status remember(const GoodFile&) override { return {}; }
  Status forget(const std::string&) override { return {}; }

 private:
  LastGood& inner_;
};

}  // namespace cowherd
