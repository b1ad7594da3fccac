// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/file_record.h"

#include <algorithm>

#include "resources/files/bulk.h"

namespace cowherd {

namespace {

constexpr std::size_t kMostDiagnostics = 20;  // kept of one file; `cowherd validate` shows all

// Errors first when some must go.
std::vector<Diagnostic> shortened(std::vector<Diagnostic> diagnostics) {
  if (diagnostics.size() <= kMostDiagnostics) return diagnostics;
  std::stable_partition(diagnostics.begin(), diagnostics.end(),
                        [](const Diagnostic& d) { return d.severity == Severity::Error; });
  diagnostics.resize(kMostDiagnostics);
  return diagnostics;
}

}  // namespace

void FileRecord::take_text(const std::string& path, std::string text, const UnitReader& read) {
  const Digest digest = sha256(text);
  if (latest_digest == digest) return;
  latest_digest = digest;
  UnitContent content = read(text, path);
  latest = std::move(content.parsed);
  if (content.emptied && !good.empty()) latest.diagnostics.push_back(*std::move(content.emptied));
  latest.diagnostics = shortened(std::move(latest.diagnostics));
  latest_text.clear();
  mentioned.clear();
  if (has_errors(latest.diagnostics)) {
    latest.documents.clear();
    mentioned = std::move(content.mentioned);
    return;
  }
  if (latest_digest == good_digest) put_in_force();
  if (latest_digest != saved_digest) latest_text = std::move(text);
}

void FileRecord::put_in_force() {
  good = std::move(latest.documents);
  latest.documents.clear();
  good_digest = latest_digest;
}

bool FileRecord::fresh() const {
  return in_look && !unread && latest_digest && latest_digest != good_digest &&
         !has_errors(latest.diagnostics);
}

bool FileRecord::unsaved() const {
  return latest_digest && latest_digest == good_digest && latest_digest != saved_digest;
}

Candidate FileRecord::candidate() const {
  Candidate candidate;
  if (good_digest) candidate.in_force = &good;
  if (fresh()) candidate.fresh = &latest.documents;
  candidate.presence = presence;
  return candidate;
}

FileStatus FileRecord::status(const std::string& path, const std::vector<Diagnostic>& against) const {
  FileStatus status;
  status.file = path;
  if (unread) {
    status.diagnostics = {*unread};
  } else if (in_look) {
    status.diagnostics = latest.diagnostics;
    status.diagnostics.insert(status.diagnostics.end(), against.begin(), against.end());
  }
  status.valid = in_look && !unread && latest_digest && latest_digest == good_digest && !has_errors(against);
  status.frozen = !status.valid && (good_digest.has_value() || !against.empty() || !mentioned.empty());
  return status;
}

}  // namespace cowherd
