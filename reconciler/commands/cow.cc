// SPDX-License-Identifier: Apache-2.0
// cowherd cow inspect, verify, diff: what copy-on-write stores hold. They change nothing and need no daemon, no device,
// no root and no state directory.
#include "reconciler/commands/cow.h"

#include <cinttypes>
#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/print_table.h"
#include "reconciler/commands/tell.h"
#include "resources/block/compare_stores.h"
#include "resources/files/json.h"
#include "resources/files/linux_file_parts.h"

namespace cowherd {

namespace {

struct OpenStore {
  std::unique_ptr<FileReader> file{};
  FileStamp stamp{};
  ExceptionList list{};
};

Result<OpenStore> open_store(const std::string& path, std::optional<Bytes> disk_size) {
  OpenStore store;
  COWHERD_ASSIGN(store.file, LinuxFileParts().open(path));
  COWHERD_ASSIGN(store.stamp, store.file->stamp());
  COWHERD_ASSIGN(store.list, list_exceptions(*store.file, disk_size).in("reading '" + path + "'"));
  return store;
}

Bytes changed(const ExceptionList& list) { return Bytes{list.exceptions.size() * kChunk.value}; }

Value number(std::uint64_t value) { return Value(static_cast<std::int64_t>(value)); }
std::string text(std::uint64_t value) { return std::to_string(value); }

void print_json_document(const Value& value) { std::fputs(print_json(value, JsonStyle::Pretty).c_str(), stdout); }

void print_ranges(const ExceptionList& list) {
  for_each_range(list, [](const ChangedRange& range) {
    std::printf("%" PRIu64 " %" PRIu64 "\n", range.offset.value, range.length.value);
  });
}

std::uint64_t count_ranges(const ExceptionList& list) {
  std::uint64_t count = 0;
  for_each_range(list, [&count](const ChangedRange&) { ++count; });
  return count;
}

std::string in_words(Writers writers) {
  if (writers == Writers::None) return "no";
  return writers == Writers::Some ? "yes, by a loop device or a program; what is told may be over already" : "cannot tell";
}

Value to_value(Writers writers) { return writers == Writers::CannotTell ? Value() : Value(writers == Writers::Some); }

void print_summary(const std::string& path, const OpenStore& store, OutputFormat output) {
  const ExceptionList& list = store.list;
  const Writers writers = store.file->writers();
  if (output == OutputFormat::Json) {
    Value report = Value::map();
    report.set("file", path).set("valid", list.valid).set("chunkBytes", number(kChunk.value));
    report.set("exceptions", number(list.exceptions.size())).set("changedBytes", number(changed(list).value));
    report.set("ranges", number(count_ranges(list))).set("metadataAreas", number(list.areas));
    report.set("sizeBytes", number(list.store_size.value)).set("allocatedBytes", number(store.stamp.allocated.value));
    report.set("problems", number(list.problem_count)).set("inUse", to_value(writers));
    return print_json_document(report);
  }
  std::vector<TextRow> rows{
      {"Store:", path},
      {"Valid:", list.valid ? "yes" : "no, the kernel gave it up; 'cowherd cow merge --rescue' takes what it holds"},
      {"Changed:", print_quantity(changed(list)) + " in " + text(list.exceptions.size()) + " chunks of 4Ki, " +
                       text(count_ranges(list)) + " ranges"},
      {"Metadata areas:", text(list.areas)},
      {"File:", print_quantity(list.store_size) + ", " + print_quantity(store.stamp.allocated) + " allocated"},
      {"Problems:", list.problem_count == 0 ? "none" : text(list.problem_count) + ", see 'cowherd cow verify'"},
      {"In use:", in_words(writers)}};
  std::fputs(print_pairs(rows, "").c_str(), stdout);
}

void print_verdict(const CowVerifyArguments& arguments, const ExceptionList& list) {
  if (arguments.output == OutputFormat::Json) {
    Value problems = Value::list();
    for (const std::string& problem : list.problems) problems.add(problem);
    Value report = Value::map();
    report.set("file", arguments.file).set("valid", list.valid).set("exceptions", number(list.exceptions.size()));
    report.set("problemCount", number(list.problem_count)).set("problems", std::move(problems));
    return print_json_document(report);
  }
  if (!list.valid) std::puts("the kernel gave it up: the write that did not fit and later ones are missing");
  for (const std::string& problem : list.problems) std::puts(problem.c_str());
  if (list.problem_count > list.problems.size()) {
    std::printf("and %s more\n", text(list.problem_count - list.problems.size()).c_str());
  }
  if (!list.valid || list.problem_count > 0) return;
  std::printf("nothing wrong: %s exceptions in %s metadata areas\n", text(list.exceptions.size()).c_str(),
              text(list.areas).c_str());
}

// A store that is written to makes a picture of two moments.
Status not_in_use(const std::string& path, FileReader& file) {
  const Writers writers = file.writers();
  if (writers == Writers::Some) {
    return fail(ErrorKind::Busy, "read '" + path + "': it is open for writing, by a loop device or a program",
                "stop what uses it first, or take 'cowherd cow inspect'");
  }
  if (writers == Writers::CannotTell) tell("cannot tell whether '" + path + "' is in use: only its owner and root can");
  return {};
}

Result<OpenStore> open_quiet(const std::string& path, std::optional<Bytes> disk_size) {
  COWHERD_ASSIGN(OpenStore store, open_store(path, disk_size));
  COWHERD_TRY(not_in_use(path, *store.file));
  return store;
}

Result<OpenStore> open_sound(const std::string& path) {
  COWHERD_ASSIGN(OpenStore store, open_quiet(path, std::nullopt));
  if (store.list.problem_count == 0) return store;
  return fail(ErrorKind::Corrupt, "read '" + path + "': " + store.list.problems.front(),
              "'cowherd cow verify' tells all that is wrong with it");
}

const char* in_words(ChunkDifference how) {
  switch (how) {
    case ChunkDifference::OnlyFirst: return "first";
    case ChunkDifference::OnlySecond: return "second";
    case ChunkDifference::Content: break;
  }
  return "content";
}

void print_comparison(const CowDiffArguments& arguments, const StoreComparison& found) {
  if (arguments.listing == CowListing::Ranges) {
    for (const DifferentRange& range : found.ranges) {
      std::printf("%" PRIu64 " %" PRIu64 " %s\n", range.offset.value, range.length.value, in_words(range.how));
    }
    return;
  }
  if (arguments.output == OutputFormat::Json) {
    Value report = Value::map();
    report.set("first", arguments.first).set("second", arguments.second).set("sameChunks", number(found.same));
    report.set("onlyFirstChunks", number(found.only_first)).set("onlySecondChunks", number(found.only_second));
    report.set("contentChunks", number(found.content)).set("ranges", number(found.ranges.size()));
    return print_json_document(report);
  }
  const auto chunks = [](std::uint64_t count) { return text(count) + " chunks"; };
  std::fputs(print_pairs({{"Same in both:", chunks(found.same)},
                          {"Only in the first:", chunks(found.only_first)},
                          {"Only in the second:", chunks(found.only_second)},
                          {"Different content:", chunks(found.content)}}, "").c_str(), stdout);
}

}  // namespace

ExitCode tell_store_error(const Error& error) {
  tell(to_string(error));
  if (error.kind == ErrorKind::Corrupt) return ExitCode::NothingValid;
  if (error.kind == ErrorKind::Invalid) return ExitCode::Usage;
  return error.kind == ErrorKind::Denied ? ExitCode::Permission : ExitCode::Failure;
}

ExitCode cow_inspect_command(const CowInspectArguments& arguments) {
  const auto store = open_store(arguments.file, std::nullopt);
  if (!store) return tell_store_error(store.error());
  if (arguments.listing == CowListing::Ranges) {
    print_ranges(store->list);
  } else {
    print_summary(arguments.file, *store, arguments.output);
  }
  return ExitCode::Done;
}

ExitCode cow_verify_command(const CowVerifyArguments& arguments) {
  const auto store = open_quiet(arguments.file, arguments.disk_size);
  if (!store) return tell_store_error(store.error());
  print_verdict(arguments, store->list);
  return store->list.valid && store->list.problem_count == 0 ? ExitCode::Done : ExitCode::NothingValid;
}

ExitCode cow_diff_command(const CowDiffArguments& arguments) {
  const auto first = open_sound(arguments.first);
  if (!first) return tell_store_error(first.error());
  const auto second = open_sound(arguments.second);
  if (!second) return tell_store_error(second.error());
  const auto found = compare_stores({*first->file, first->list}, {*second->file, second->list}, {});
  if (!found) return tell_store_error(found.error());
  print_comparison(arguments, *found);
  return ExitCode::Done;
}

}  // namespace cowherd
