// SPDX-License-Identifier: Apache-2.0
// The commands about what runs and what happened, one file each, as in commands.h.
#pragma once

#include <optional>
#include <string>

#include "reconciler/commands/commands.h"

namespace cowherd {

enum class FollowLog { No, Yes };
struct LogsArguments {
  std::string sandbox{};  // "web" or "Sandbox/web"
  FollowLog follow = FollowLog::No;
  std::optional<std::size_t> tail{};  // lines; nothing: all that is kept
};
ExitCode logs_command(const Options& options, const LogsArguments& arguments);

struct ConsoleArguments {
  std::string sandbox{};
};
ExitCode console_command(const Options& options, const ConsoleArguments& arguments);

enum class WatchEvents { No, Yes };
struct EventsArguments {
  std::string object{};  // "Sandbox/web", "Source/fleet"; empty: of all
  WatchEvents watch = WatchEvents::No;
  OutputFormat output = OutputFormat::Table;
};
ExitCode events_command(const Options& options, const EventsArguments& arguments);

struct SuspendArguments {
  std::string object{};  // "Sandbox/web", "Source/fleet"
  std::string reason{};
};
ExitCode suspend_command(const Options& options, const SuspendArguments& arguments);

struct UnsuspendArguments {
  std::string object{};
};
ExitCode unsuspend_command(const Options& options, const UnsuspendArguments& arguments);

struct ReconcileArguments {
  Span timeout{};
};
ExitCode reconcile_command(const Options& options, const ReconcileArguments& arguments);

}  // namespace cowherd
