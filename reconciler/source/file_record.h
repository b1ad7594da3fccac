// SPDX-License-Identifier: Apache-2.0
// What is known of one unit, a manifest file or a whole revision of a repository: the version in force, the version last
// read, and the one remembered.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reconciler/source/declaration.h"
#include "reconciler/source/resolve.h"
#include "reconciler/source/unit_reader.h"
#include "resources/vocabulary/name.h"

namespace cowherd {

struct FileRecord {
  std::optional<Digest> good_digest{};  // of the version in force
  std::vector<Document> good{};
  std::optional<Digest> latest_digest{};  // of the version last read
  ParsedFile latest{};                    // its documents move to `good` when it comes into force
  std::optional<Digest> saved_digest{};   // of the version remembered
  std::string latest_text{};              // while it is valid and not remembered
  std::optional<Diagnostic> unread{};     // why the file as it lies there could not be read
  std::set<std::string> mentioned{};      // names in text that can not be understood
  Presence presence = Presence::There;
  bool in_look = false;  // found by the last look

  // Parses what was read. Text seen before changes nothing.
  void take_text(const std::string& path, std::string text, const UnitReader& read = read_file_unit);
  // The version last read comes into force. Precondition: it is valid.
  void put_in_force();
  // There is a valid version that is not in force yet.
  bool fresh() const;
  // What is in force is what was last read, and it is not remembered.
  bool unsaved() const;
  Candidate candidate() const;
  FileStatus status(const std::string& path, const std::vector<Diagnostic>& against) const;
};

}  // namespace cowherd
