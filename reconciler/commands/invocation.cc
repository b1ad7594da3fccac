// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/invocation.h"

#include "reconciler/commands/permission.h"

namespace cowherd {

namespace {

struct CarryOut {
  const Options& options;

  ExitCode operator()(const ValidateArguments& arguments) const { return validate_command(options, arguments); }
  ExitCode operator()(const PlanArguments& arguments) const {
    return with_permission(options, [&] { return plan_command(options, arguments); });
  }
  ExitCode operator()(const ApplyArguments& arguments) const {
    return with_permission(options, [&] { return apply_command(options, arguments); });
  }
  ExitCode operator()(const RunArguments&) const {
    return with_permission(options, [&] { return run_command(options); });
  }
  ExitCode operator()(const ApproveArguments& arguments) const { return approve_command(options, arguments); }
  ExitCode operator()(const UndeleteArguments& arguments) const { return undelete_command(options, arguments); }
  ExitCode operator()(const TrashArguments& arguments) const {
    return with_permission(options, [&] { return trash_command(options, arguments); });
  }
  ExitCode operator()(const GetArguments& arguments) const {
    if (arguments.mode == GetMode::Watch) return get_command(options, arguments);  // it only asks the daemon
    return with_permission(options, [&] { return get_command(options, arguments); });
  }
  ExitCode operator()(const WaitArguments& arguments) const { return wait_command(options, arguments); }
  ExitCode operator()(const DescribeArguments& arguments) const {
    return with_permission(options, [&] { return describe_command(options, arguments.object); });
  }
  ExitCode operator()(const ExplainArguments& arguments) const { return explain_command(arguments.topic); }
  ExitCode operator()(const SchemaArguments& arguments) const { return schema_command(arguments.kind); }
  ExitCode operator()(const ManualArguments& arguments) const { return manual_command(arguments.page); }
  ExitCode operator()(const DoctorArguments& arguments) const { return doctor_command(options, arguments.output); }
  ExitCode operator()(const VersionArguments& arguments) const { return version_command(arguments.output); }
  ExitCode operator()(const CompletionArguments& arguments) const { return completion_command(arguments.shell); }
  ExitCode operator()(const AdoptStateDirArguments&) const { return adopt_state_dir_command(options); }
  ExitCode operator()(const CowInspectArguments& arguments) const { return cow_inspect_command(arguments); }
  ExitCode operator()(const CowVerifyArguments& arguments) const { return cow_verify_command(arguments); }
  ExitCode operator()(const CowDiffArguments& arguments) const { return cow_diff_command(arguments); }
  ExitCode operator()(const CowMergeArguments& arguments) const { return cow_merge_command(arguments); }
  ExitCode operator()(const VerifySnapshotArguments& arguments) const { return verify_snapshot_command(options, arguments); }
  ExitCode operator()(const FlattenArguments& arguments) const { return flatten_command(options, arguments); }
  ExitCode operator()(const RetentionPreviewArguments& arguments) const {
    if (!arguments.snapshots.empty()) return retention_preview_command(options, arguments);
    return with_permission(options, [&] { return retention_preview_command(options, arguments); });
  }
  ExitCode operator()(const WhyArguments& arguments) const {
    return with_permission(options, [&] { return why_command(options, arguments.target); });
  }
  ExitCode operator()(const TreeArguments& arguments) const {
    return with_permission(options, [&] { return tree_command(options, arguments.output); });
  }
  ExitCode operator()(const DuArguments& arguments) const {
    return with_permission(options, [&] { return du_command(options, arguments.output); });
  }
  ExitCode operator()(const GcArguments& arguments) const {
    return with_permission(options, [&] { return gc_command(options, arguments); });
  }
  ExitCode operator()(const CatalogRebuildArguments&) const {
    return with_permission(options, [&] { return catalog_rebuild_command(options); });
  }
  ExitCode operator()(const LogsArguments& arguments) const {
    return with_permission(options, [&] { return logs_command(options, arguments); });
  }
  ExitCode operator()(const ConsoleArguments& arguments) const {
    return with_permission(options, [&] { return console_command(options, arguments); });
  }
  ExitCode operator()(const SuspendArguments& arguments) const { return suspend_command(options, arguments); }
  ExitCode operator()(const UnsuspendArguments& arguments) const { return unsuspend_command(options, arguments); }
  ExitCode operator()(const ReconcileArguments& arguments) const { return reconcile_command(options, arguments); }
  ExitCode operator()(const SourceListArguments& arguments) const {
    return with_permission(options, [&] { return source_list_command(options, arguments); });
  }
  ExitCode operator()(const SourceReconcileArguments& arguments) const { return source_reconcile_command(options, arguments); }
  ExitCode operator()(const HistoryArguments& arguments) const {
    return with_permission(options, [&] { return history_command(options, arguments); });
  }
  ExitCode operator()(const RollbackArguments& arguments) const { return rollback_command(options, arguments); }
  ExitCode operator()(const EventsArguments& arguments) const {
    return with_permission(options, [&] { return events_command(options, arguments); });
  }
  ExitCode operator()(const CompleteArguments& arguments) const { return complete_command(arguments.words); }
};

}  // namespace

ExitCode carry_out(const Invocation& invocation) { return std::visit(CarryOut{invocation.options}, invocation.what); }

}  // namespace cowherd
