// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/source_lines.h"

#include "reconciler/commands/print_table.h"
#include "reconciler/source/source_types.h"
#include "resources/kinds/source_config.h"
#include "resources/manifest/excerpt.h"

namespace cowherd {

namespace {

constexpr std::size_t kShort = 7;

std::string object_of(const SourceStatus& source) { return std::string(kSourceKind) + "/" + source.name.str(); }

std::string not_ready_line(const SourceStatus& source) {
  const std::string in_force = source.type != kGitSource       ? ""
                               : source.revision.empty() ? "; nothing of it is in force"
                                                         : "; " + short_revision(source.revision) + " stays in force";
  return object_of(source) + " is not ready, " + source.reason + ": " + source.message + in_force;
}

std::string pinned_line(const SourceStatus& source) {
  if (source.ready && !source.message.empty()) return object_of(source) + " is " + source.message;
  return object_of(source) + " is pinned; it follows its repository again after 'cowherd unsuspend " + object_of(source) + "'";
}

}  // namespace

std::string short_revision(const std::string& revision) { return revision.substr(0, kShort); }

std::vector<std::string> source_messages(const std::vector<SourceStatus>& sources) {
  std::vector<std::string> lines;
  for (const SourceStatus& source : sources) {
    if (!source.ready) lines.push_back(printable(not_ready_line(source)));
    if (source.pinned) lines.push_back(printable(pinned_line(source)));
  }
  return lines;
}

std::string print_sources(const std::vector<SourceStatus>& sources, Moment now) {
  std::vector<TextRow> rows;
  for (const SourceStatus& source : sources) {
    rows.push_back({source.name.str(), source.type, source.ready ? "True" : "False", short_revision(source.revision),
                    short_revision(source.newest), source.checked ? print_age(now - *source.checked) : "",
                    std::to_string(source.objects), source.place});
  }
  std::string text = print_table({"NAME", "TYPE", "READY", "REVISION", "NEWEST", "CHECKED", "OBJECTS", "PLACE"}, rows);
  for (const std::string& line : source_messages(sources)) text += line + "\n";
  return text;
}

}  // namespace cowherd
