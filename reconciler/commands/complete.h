// SPDX-License-Identifier: Apache-2.0
// What may come next on a command line. Pure: names are asked for, and only when one is due.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reconciler/commands/parse_arguments.h"
#include "resources/kinds/metadata.h"

namespace cowherd {

struct CompletionWord {
  std::string text{};
  std::string doc{};
  bool operator==(const CompletionWord&) const = default;
};

// What a shell completes by itself, after the candidates.
enum class ShellPart { Nothing, Files, Directories };

struct Completion {
  std::vector<CompletionWord> candidates{};
  ShellPart then = ShellPart::Nothing;
};

// The options are those typed so far.
using ObjectLister = std::function<std::vector<ObjectName>(const Options&)>;
struct KnownSource {
  std::string name{};
  std::vector<CompletionWord> revisions{};  // that are kept
};
using SourceLister = std::function<std::vector<KnownSource>(const Options&)>;

struct Listers {
  ObjectLister objects{};
  SourceLister sources{};
};

// words: what follows the program's name, the unfinished word last. bash splits at '='; such words are put together.
Completion complete(const std::vector<CommandShape>& shapes, std::vector<std::string> words,
                    const Listers& listers);

}  // namespace cowherd
