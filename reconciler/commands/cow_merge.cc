// SPDX-License-Identifier: Apache-2.0
// cowherd cow merge: a base image and a store as one flat image. On a terminal it shows how far it is; SIGINT and SIGTERM
// end it with nothing left behind.
#include <cstdio>
#include <filesystem>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/cow.h"
#include "reconciler/commands/tell.h"
#include "reconciler/commands/watch_work.h"
#include "resources/files/json.h"
#include "resources/files/linux_bulk_files.h"
#include "resources/files/linux_file_parts.h"
#include "resources/files/linux_file_system.h"

namespace cowherd {

namespace {

Result<FlattenReport> flatten_watched(const FlattenPlan& plan) {
  LinuxFileSystem files;
  LinuxBulkFiles bulk;
  LinuxFileParts parts;
  return watched("make '" + plan.output + "'",
                 [&](const BulkControl& control) { return flatten({files, bulk, parts}, plan, control); });
}

// Nobody but the owner and root is told; others go on and notice afterwards when something changed.
void tell_when_unknown(const std::string& store) {
  const auto file = LinuxFileParts().open(store);
  if (file && (*file)->writers() == Writers::CannotTell) {
    tell("cannot tell whether '" + store + "' is in use: only its owner and root can");
  }
}

void print_report(const CowMergeArguments& arguments, const FlattenReport& report) {
  const bool cloned = report.base.method == CopyMethod::Reflink;
  if (arguments.format == OutputFormat::Json) {
    const auto number = [](Bytes bytes) { return Value(static_cast<std::int64_t>(bytes.value)); };
    Value document = Value::map();
    document.set("output", arguments.output).set("sizeBytes", number(report.size)).set("baseCloned", cloned);
    document.set("laidBytes", number(report.laid)).set("zeroedBytes", number(report.zeroed));
    std::fputs(print_json(document, JsonStyle::Pretty).c_str(), stdout);
    return;
  }
  std::printf("made '%s' of %s: base %s, %s laid over it, %s zeroed\n", arguments.output.c_str(),
              print_quantity(report.size).c_str(), cloned ? "cloned" : "copied", print_quantity(report.laid).c_str(),
              print_quantity(report.zeroed).c_str());
}

}  // namespace

ExitCode cow_merge_command(const CowMergeArguments& arguments) {
  std::error_code error;
  const std::filesystem::path output = std::filesystem::absolute(arguments.output, error);
  if (error || !output.has_filename()) {
    tell("'" + arguments.output + "' is no name for a file");
    return ExitCode::Usage;
  }
  tell_when_unknown(arguments.file);
  const auto report = flatten_watched(
      {arguments.base, arguments.file, output.lexically_normal().string(), arguments.size, arguments.invalid});
  if (!report) return tell_store_error(report.error());
  print_report(arguments, *report);
  return ExitCode::Done;
}

}  // namespace cowherd
