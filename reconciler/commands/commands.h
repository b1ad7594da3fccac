// SPDX-License-Identifier: Apache-2.0
// One function per subcommand, one file each. Machine output goes to stdout, everything else to stderr. Each returns the
// process's exit code and never throws.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reconciler/commands/awaited.h"
#include "reconciler/commands/exit_code.h"
#include "reconciler/commands/options.h"
#include "resources/block/flatten.h"
#include "resources/kinds/object.h"
#include "resources/vocabulary/moment.h"

namespace cowherd {

enum class OutputFormat { Table, Wide, Text, Json, Yaml, Dot };

struct ValidateArguments {
  std::vector<std::string> paths{};  // "-" is standard input; empty: the manifests directory
  OutputFormat output = OutputFormat::Text;
};
ExitCode validate_command(const Options& options, const ValidateArguments& arguments);

enum class ExitCodeStyle { Plain, Detailed };
struct PlanArguments {
  OutputFormat output = OutputFormat::Text;
  ExitCodeStyle exit_codes = ExitCodeStyle::Plain;
};
ExitCode plan_command(const Options& options, const PlanArguments& arguments);

struct ApplyArguments {
  Span timeout = std::chrono::minutes{5};
};
ExitCode apply_command(const Options& options, const ApplyArguments& arguments);

ExitCode run_command(const Options& options);

struct ApproveArguments {
  std::string verb{};    // replace, dataloss, delete, prune
  std::string object{};  // "Sandbox/web"; empty for prune
};
ExitCode approve_command(const Options& options, const ApproveArguments& arguments);

struct UndeleteArguments {
  std::string what{};  // "web", "Sandbox/web" or the name of a trash entry
};
ExitCode undelete_command(const Options& options, const UndeleteArguments& arguments);

struct TrashArguments {
  OutputFormat output = OutputFormat::Table;
};
ExitCode trash_command(const Options& options, const TrashArguments& arguments);

enum class GetMode { Once, Watch };
struct GetArguments {
  std::string kind{};  // empty: all
  std::string name{};
  OutputFormat output = OutputFormat::Table;
  GetMode mode = GetMode::Once;
};
ExitCode get_command(const Options& options, const GetArguments& arguments);

struct WaitArguments {
  std::vector<ObjectName> objects{};
  AwaitedCondition condition{};
  Span timeout = std::chrono::seconds{60};
};
ExitCode wait_command(const Options& options, const WaitArguments& arguments);

ExitCode describe_command(const Options& options, const std::string& object);
ExitCode explain_command(const std::string& topic);
ExitCode schema_command(const std::string& kind);
enum class ManualPage { Command, Manifests };  // cowherd(1), cowherd.yaml(5)
ExitCode manual_command(ManualPage page);
ExitCode doctor_command(const Options& options, OutputFormat output);

enum class CowListing { Summary, Ranges };
struct CowInspectArguments {
  std::string file{};
  CowListing listing = CowListing::Summary;
  OutputFormat output = OutputFormat::Text;
};
ExitCode cow_inspect_command(const CowInspectArguments& arguments);

struct CowVerifyArguments {
  std::string file{};
  std::optional<Bytes> disk_size{};
  OutputFormat output = OutputFormat::Text;
};
ExitCode cow_verify_command(const CowVerifyArguments& arguments);

struct CowDiffArguments {
  std::string first{};
  std::string second{};
  CowListing listing = CowListing::Summary;
  OutputFormat output = OutputFormat::Text;
};
ExitCode cow_diff_command(const CowDiffArguments& arguments);

struct CowMergeArguments {
  std::string base{};
  std::string file{};
  std::string output{};
  std::optional<Bytes> size{};
  InvalidStore invalid = InvalidStore::Refuse;
  OutputFormat format = OutputFormat::Text;
};
ExitCode cow_merge_command(const CowMergeArguments& arguments);

struct VerifySnapshotArguments {
  std::string name{};
  OutputFormat output = OutputFormat::Text;
};
ExitCode verify_snapshot_command(const Options& options, const VerifySnapshotArguments& arguments);

enum class ExistingOutput { Keep, Replace };
struct FlattenArguments {
  std::string name{};
  std::string output{};
  ExistingOutput existing = ExistingOutput::Keep;
};
ExitCode flatten_command(const Options& options, const FlattenArguments& arguments);

struct RetentionPreviewArguments {
  std::string policy{};     // a file, "-", or the name of a declared policy
  std::string name{};       // which of the file's policies
  std::string snapshots{};  // a JSON list; empty: this host's
  std::optional<Moment> at{};
  OutputFormat output = OutputFormat::Table;
};
ExitCode retention_preview_command(const Options& options, const RetentionPreviewArguments& arguments);

ExitCode why_command(const Options& options, const std::string& target);
ExitCode tree_command(const Options& options, OutputFormat output);
ExitCode du_command(const Options& options, OutputFormat output);

enum class GcMode { Collect, DryRun };
struct GcArguments {
  GcMode mode = GcMode::Collect;
  OutputFormat output = OutputFormat::Text;
};
ExitCode gc_command(const Options& options, const GcArguments& arguments);

ExitCode catalog_rebuild_command(const Options& options);

ExitCode version_command(OutputFormat output);
ExitCode completion_command(const std::string& shell);
// What the shells ask: prints candidates, "text<TAB>description", and ends the process.
ExitCode complete_command(const std::vector<std::string>& words);
ExitCode adopt_state_dir_command(const Options& options);

}  // namespace cowherd
