// SPDX-License-Identifier: Apache-2.0
// cowherd trash: what was removed, since when and until when it can come back, and what it takes.
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/print_table.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/trash_list.h"
#include "reconciler/commands/watching.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

// As the disk has it, not as files appear; nothing where a part cannot be looked at.
std::optional<Bytes> allocated_below(FileSystem& files, const std::string& path) {
  const Result<FileStamp> stamp = files.stat(path);
  if (!stamp) return std::nullopt;
  Bytes total = stamp->allocated;
  if (stamp->type != FileType::Directory) return total;
  const Result<std::vector<FileEntry>> entries = files.list(path);
  if (!entries) return std::nullopt;
  for (const FileEntry& entry : *entries) {
    const std::optional<Bytes> below = allocated_below(files, path + "/" + entry.name);
    if (!below) return std::nullopt;
    total = total + *below;
  }
  return total;
}

struct Listed {
  TrashEntry entry{};
  Moment until{};
  std::optional<Bytes> size{};
};

std::string print_json_of(const std::vector<Listed>& all) {
  Value list = Value::list();
  for (const Listed& one : all) {
    Value value = Value::map();
    value.set("object", one.entry.object);
    value.set("entry", one.entry.name);
    value.set("since", print_moment(one.entry.since));
    value.set("until", print_moment(one.until));
    if (one.size) value.set("bytes", static_cast<std::int64_t>(one.size->value));
    value.set("canComeBack", one.entry.base.has_value());
    list.add(std::move(value));
  }
  return print_json(list, JsonStyle::Pretty);
}

std::string print_table_of(const std::vector<Listed>& all) {
  std::vector<TextRow> rows;
  for (const Listed& one : all) {
    rows.push_back({one.entry.object, print_moment(one.entry.since), print_moment(one.until),
                    one.size ? print_quantity(round_up(*one.size, 1_KiB)) : "?", one.entry.base ? "yes" : "no", one.entry.name});
  }
  return print_table({"OBJECT", "SINCE", "UNTIL", "SIZE", "UNDELETE", "ENTRY"}, rows);
}

}  // namespace

ExitCode trash_command(const Options& options, const TrashArguments& arguments) {
  auto opened = Session::open(options, SessionMode::Watching, "trash");
  if (const auto* failure = std::get_if<SessionFailure>(&opened)) return tell(*failure);
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  const Picture picture = watch(session);
  std::vector<Listed> all;
  for (const TrashEntry& entry : newest_first(picture.seen.store.trash)) {
    all.push_back({entry, entry.since + session.world().limits.trash_grace,
                   allocated_below(session.files(), session.layout().trash() + "/" + entry.name)});
  }
  if (arguments.output == OutputFormat::Json) {
    std::fputs(print_json_of(all).c_str(), stdout);
  } else if (all.empty()) {
    tell("nothing is in trash");
  } else {
    std::fputs(print_table_of(all).c_str(), stdout);
  }
  tell_doubts(picture);
  return ExitCode::Done;
}

}  // namespace cowherd
