// SPDX-License-Identifier: Apache-2.0
// The commands about places that manifests come from, one file each, as in commands.h.
#pragma once

#include <string>

#include "reconciler/commands/commands.h"

namespace cowherd {

struct SourceListArguments {
  OutputFormat output = OutputFormat::Table;
};
ExitCode source_list_command(const Options& options, const SourceListArguments& arguments);

struct SourceReconcileArguments {
  std::string source{};
  Span timeout{};
};
ExitCode source_reconcile_command(const Options& options, const SourceReconcileArguments& arguments);

struct HistoryArguments {
  std::string source{};  // empty: the only one that follows a repository
  OutputFormat output = OutputFormat::Table;
};
ExitCode history_command(const Options& options, const HistoryArguments& arguments);

struct RollbackArguments {
  std::string source{};  // empty: the only one that follows a repository
  std::string revision{};
  std::string reason{};
};
ExitCode rollback_command(const Options& options, const RollbackArguments& arguments);

}  // namespace cowherd
