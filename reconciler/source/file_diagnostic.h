// SPDX-License-Identifier: Apache-2.0
// Diagnostics about a whole file or about the source, and their codes. Codes are stable: add, never renumber.
#pragma once

#include <string>
#include <string_view>

#include "resources/manifest/diagnostic.h"
#include "resources/vocabulary/error.h"

namespace cowherd {

inline constexpr std::string_view kFileTooLarge = "E801";
inline constexpr std::string_view kLeadsOut = "E802";      // a symlink that leaves the directory
inline constexpr std::string_view kLeadsNowhere = "E803";  // a symlink to nothing, or a loop of them
inline constexpr std::string_view kNotRegular = "E804";    // a FIFO, a device, a socket
inline constexpr std::string_view kUnreadable = "E805";
inline constexpr std::string_view kUnprintableName = "E806";
inline constexpr std::string_view kEmptied = "E807";  // of a file whose objects are in force
inline constexpr std::string_view kSourceEmptied = "E808";       // by a revision without documents
inline constexpr std::string_view kRevisionUnreadable = "E809";  // text of a revision that was kept
inline constexpr std::string_view kReadOnceOnly = "W801";     // a directory reached by two names
inline constexpr std::string_view kLastGoodIgnored = "W802";  // a remembered version that can not be used
inline constexpr std::string_view kNotRemembered = "W803";    // a version that could not be made durable
inline constexpr std::string_view kNotForgotten = "W804";  // a remembered version that could not be removed

// Severity follows the first letter of the code. The spot is the beginning of the file, without its text.
Diagnostic file_diagnostic(std::string_view code, const std::string& file, std::string message,
                           std::string hint = {});
// Everything but the text it is about, on one line: every place, and what to do.
std::string in_one_line(const Diagnostic& diagnostic);
// What an error of opening, looking at or reading a file means to the person who wrote it.
Diagnostic file_diagnostic(const std::string& file, const Error& error);

}  // namespace cowherd
