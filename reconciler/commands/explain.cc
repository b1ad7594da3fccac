// SPDX-License-Identifier: Apache-2.0
// cowherd explain: a field by its path, or a diagnostic by its code.
#include "resources/kinds/explain.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/kind_names.h"
#include "reconciler/commands/tell.h"
#include "reconciler/source/file_diagnostic.h"
#include "resources/kinds/paragraph.h"
#include "resources/manifest/codes.h"

namespace cowherd {

namespace {

bool is_code(const std::string& topic) {
  return topic.size() > 1 && std::string_view("EeWw").find(topic.front()) != std::string_view::npos &&
         std::all_of(topic.begin() + 1, topic.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Codes about whole files come from source/, which knows no paragraphs.
struct FileCode {
  std::string_view code;
  std::string_view text;
};

constexpr std::array<FileCode, 10> kFileCodes{
    {{kFileTooLarge, "a manifest file is larger than 1 MiB. Split it into several files."},
     {kLeadsOut, "a symlink leads out of the manifest directory. Who may write manifests may not make cowherd read other "
                 "files; use a relative symlink that stays inside, or copy the file."},
     {kLeadsNowhere, "a symlink leads to nothing, or in a circle. Restore what it points to, or remove it."},
     {kNotRegular, "something with the name of a manifest is no file but a FIFO, a socket or a device. Remove or rename "
                   "it."},
     {kUnreadable, "a file or directory could not be read. What it declared before stays in force until it can be "
                   "read again; nothing is pruned meanwhile."},
     {kUnprintableName, "a file name holds control characters or is no UTF-8. Rename the file."},
     {kReadOnceOnly, "a directory is reached by two names and was read once. Remove one of the symlinks."},
     {kLastGoodIgnored, "a version of a file that was in force before the restart can not be used any more, as after a "
                        "downgrade. Its objects are held until the file is valid again."},
     {kNotRemembered, "a valid version of a file is in force, but could not be written to the state directory: after a "
                      "restart it would not be known. Look at free space and permissions there."},
     {kNotForgotten, "the remembered version of a file that is gone could not be removed from the state directory. Look "
                     "at permissions there."}}};

Result<std::string> explain_any_code(std::string topic) {
  if (!topic.empty() && topic.front() >= 'a') topic.front() = static_cast<char>(topic.front() - 'a' + 'A');
  for (const FileCode& known : kFileCodes) {
    if (known.code == topic) return paragraph(topic + ": " + std::string(known.text), "");
  }
  return explain_code(topic);
}

// "sbx.spec" means "Sandbox.spec".
std::string with_full_kind(const std::string& topic) {
  const std::size_t dot = std::min(topic.find('.'), topic.size());
  const auto kind = parse_kind(topic.substr(0, dot));
  return kind ? std::string(to_string(*kind)) + topic.substr(dot) : topic;
}

}  // namespace

ExitCode explain_command(const std::string& topic) {
  const auto text = is_code(topic) ? explain_any_code(topic) : explain(with_full_kind(topic));
  if (!text) {
    tell(to_string(text.error()));
    return ExitCode::Usage;
  }
  std::fputs(text->c_str(), stdout);
  if (!text->ends_with('\n')) std::fputs("\n", stdout);
  return ExitCode::Done;
}

}  // namespace cowherd
