// SPDX-License-Identifier: Apache-2.0
// A command line understood: which command, with what. A value, so that parsing is tested without running anything.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/operating.h"
#include "reconciler/commands/sources.h"

namespace cowherd {

struct RunArguments {};
struct DescribeArguments {
  std::string object{};  // "Sandbox/web"
};
struct ExplainArguments {
  std::string topic{};
};
struct SchemaArguments {
  std::string kind{};
};
struct ManualArguments {
  ManualPage page = ManualPage::Command;
};
struct DoctorArguments {
  OutputFormat output = OutputFormat::Table;
};
struct VersionArguments {
  OutputFormat output = OutputFormat::Text;
};
struct CompletionArguments {
  std::string shell{};
};
struct AdoptStateDirArguments {};
struct WhyArguments {
  std::string target{};
};
struct TreeArguments {
  OutputFormat output = OutputFormat::Text;
};
struct DuArguments {
  OutputFormat output = OutputFormat::Text;
};
struct CatalogRebuildArguments {};
struct CompleteArguments {
  std::vector<std::string> words{};  // after the program's name, the unfinished one last
};

using CowArguments = std::variant<CowInspectArguments, CowVerifyArguments, CowDiffArguments, CowMergeArguments>;

struct Invocation {
  Options options{};
  std::variant<ValidateArguments, PlanArguments, ApplyArguments, RunArguments, ApproveArguments, UndeleteArguments,
               TrashArguments, GetArguments, WaitArguments, DescribeArguments, ExplainArguments, SchemaArguments, ManualArguments, DoctorArguments,
               VersionArguments, CompletionArguments, AdoptStateDirArguments, CompleteArguments, CowInspectArguments,
               CowVerifyArguments, CowDiffArguments, CowMergeArguments, VerifySnapshotArguments, FlattenArguments,
               RetentionPreviewArguments, WhyArguments, TreeArguments, DuArguments, GcArguments, CatalogRebuildArguments,
               LogsArguments, ConsoleArguments, EventsArguments, SuspendArguments, UnsuspendArguments, ReconcileArguments,
               SourceListArguments, SourceReconcileArguments, HistoryArguments, RollbackArguments>
      what{};
};

// Runs the command. Where one needs the directories, permission to enter them is asked for first.
ExitCode carry_out(const Invocation& invocation);

}  // namespace cowherd
