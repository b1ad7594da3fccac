// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/trash_list.h"

#include <algorithm>

#include "reconciler/commands/kind_names.h"
#include "resources/kinds/suggest.h"
#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

// "sbx/web" is "Sandbox/web".
std::string full_name(const std::string& what) {
  if (what.find('/') == std::string::npos) return what;
  const Result<ObjectName> object = parse_object_name(what);
  return object ? to_string(*object) : what;
}

bool is_meant(const TrashEntry& entry, const std::string& what) {
  return entry.name == what || entry.object == what || entry.object.substr(entry.object.find('/') + 1) == what;
}

Status check_place(const Picture& picture, const TrashEntry& entry) {
  const auto refuse = [&](const std::string& why, std::string hint) {
    return fail(ErrorKind::Invalid, "undelete " + entry.object + ": " + why, std::move(hint));
  };
  if (!entry.base) {
    return refuse("'" + entry.name + "' is no whole sandbox, snapshot or revision",
                  "its files are below trash/ until they are purged");
  }
  const Result<ObjectName> object = parse_object_name(entry.object);
  if (object && picture.declared.objects.contains(*object)) {
    return refuse("it is declared at " + to_string(picture.declared.objects.at(*object).spot),
                  object->kind == Kind::Template ? "a revision that nothing stands on is collected again"
                                                 : "take that document out first, and declare it again afterwards to adopt it");
  }
  for (const WantedSandbox& sandbox : picture.wanted.sandboxes) {
    if (sandbox.present && to_string(ObjectName{Kind::Sandbox, sandbox.present->name}) == entry.object) {
      return refuse("another sandbox has that name", "cowherd describe " + entry.object + " tells about it");
    }
  }
  const std::string name = entry.object.substr(entry.object.find('/') + 1);
  const bool is_snapshot = object && object->kind == Kind::Snapshot;
  if (is_snapshot && (picture.seen.store.snapshots.contains(name) || picture.seen.store.seeds.contains(name))) {
    return refuse("another snapshot has that name", "cowherd describe " + entry.object + " tells about it");
  }
  return {};
}

}  // namespace

std::vector<TrashEntry> newest_first(std::vector<TrashEntry> trash) {
  std::sort(trash.begin(), trash.end(), [](const TrashEntry& a, const TrashEntry& b) {
    return std::pair(b.since, a.name) < std::pair(a.since, b.name);
  });
  return trash;
}

Result<TrashEntry> trash_entry_meant(const Picture& picture, const std::string& what) {
  const std::string wanted = full_name(what);
  std::vector<TrashEntry> found;
  std::vector<std::string> names;
  for (const TrashEntry& entry : newest_first(picture.seen.store.trash)) {
    if (is_meant(entry, wanted) && (entry.base || entry.name == wanted)) found.push_back(entry);
    names.push_back(entry.object.substr(entry.object.find('/') + 1));
  }
  if (found.empty()) {
    const std::string guess = did_you_mean(what, names);
    return fail(ErrorKind::Invalid, "undelete '" + what + "': it is not in trash",
                guess.empty() ? "'cowherd trash' lists what is" : guess);
  }
  if (found.size() > 1) {
    std::vector<std::string> choices;
    for (const TrashEntry& entry : found) choices.push_back(entry.name + " (since " + print_moment(entry.since) + ")");
    return fail(ErrorKind::Invalid, "undelete '" + what + "': it may be any of " + joined(choices), "name one of these entries");
  }
  COWHERD_TRY(check_place(picture, found.front()));
  return found.front();
}

}  // namespace cowherd
