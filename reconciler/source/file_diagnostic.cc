// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/file_diagnostic.h"

#include <cerrno>

namespace cowherd {

Diagnostic file_diagnostic(std::string_view code, const std::string& file, std::string message,
                           std::string hint) {
  Diagnostic diagnostic;
  diagnostic.severity = code.starts_with('W') ? Severity::Warning : Severity::Error;
  diagnostic.code = code;
  diagnostic.spot = {file, 1, 1, 1};
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

std::string in_one_line(const Diagnostic& diagnostic) {
  std::string text = to_string(diagnostic.spot) + ": " + diagnostic.message;
  for (const Diagnostic::Other& other : diagnostic.others) text += "; " + to_string(other.spot) + ": " + other.label;
  return diagnostic.hint.empty() ? text : text + " (" + diagnostic.hint + ")";
}

Diagnostic file_diagnostic(const std::string& file, const Error& error) {
  switch (error.errno_value) {
    case EXDEV:
      return file_diagnostic(kLeadsOut, file, "the symlink leads out of the manifest directory",
                             "use a relative symlink that stays inside, or copy the file");
    case ELOOP:
    case ENOENT:
    case ENOTDIR:
      return file_diagnostic(kLeadsNowhere, file, "the symlink leads nowhere: " + error.message,
                             "restore what it points to, or remove it");
    default:
      return file_diagnostic(kUnreadable, file, error.message, error.hint);
  }
}

}  // namespace cowherd
