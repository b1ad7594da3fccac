// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/revision_unit.h"

#include <iterator>

#include "reconciler/source/file_diagnostic.h"
#include "reconciler/source/mentioned_names.h"
#include "reconciler/source/sources.h"
#include "resources/manifest/utf8.h"
#include "resources/store/source_state.h"

namespace cowherd {

namespace {

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    if (point.length == 0) return false;
    text.remove_prefix(point.length);
  }
  return true;
}

void add_file(const std::string& text, const std::string& file, UnitContent& content) {
  ParsedFile parsed = parse_manifest(text, file);
  if (has_errors(parsed.diagnostics)) content.mentioned.merge(mentioned_names(text));
  std::move(parsed.documents.begin(), parsed.documents.end(), std::back_inserter(content.parsed.documents));
  std::move(parsed.diagnostics.begin(), parsed.diagnostics.end(), std::back_inserter(content.parsed.diagnostics));
}

}  // namespace

UnitContent read_revision_unit(const std::string& text, const std::string& source) {
  UnitContent content;
  const Result<Revision> revision = parse_revision(text);
  if (!revision) {
    content.parsed.diagnostics.push_back(file_diagnostic(kRevisionUnreadable, source, to_string(revision.error())));
    return content;
  }
  for (const auto& [path, manifest] : revision->files) add_file(manifest, in_source(source, path), content);
  if (content.parsed.documents.empty() && !has_errors(content.parsed.diagnostics)) {
    content.emptied = file_diagnostic(kSourceEmptied, source,
                                      "commit " + revision->id.short7() + " declares nothing, and objects that " + source +
                                          " declared are in force",
                                      "keep one document, or set spec.source.allowEmpty: Allow in the configuration");
  }
  return content;
}

std::string file_without_utf8(const Revision& revision) {
  for (const auto& [path, text] : revision.files) {
    if (!is_utf8(text)) return path;
  }
  return "";
}

}  // namespace cowherd
