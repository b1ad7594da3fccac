// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/unit_reader.h"

#include "reconciler/source/file_diagnostic.h"
#include "reconciler/source/mentioned_names.h"

namespace cowherd {

UnitContent read_file_unit(const std::string& text, const std::string& file) {
  UnitContent content;
  content.parsed = parse_manifest(text, file);
  if (has_errors(content.parsed.diagnostics)) content.mentioned = mentioned_names(text);
  // What a power failure or a full disk leaves of a file that was being saved, and no way to remove objects.
  if (text.empty()) {
    content.emptied = file_diagnostic(kEmptied, file, "the file is empty, and objects that it declared are in force",
                                      "save it again, or delete it to remove them");
  }
  return content;
}

}  // namespace cowherd
