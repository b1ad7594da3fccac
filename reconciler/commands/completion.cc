// SPDX-License-Identifier: Apache-2.0
// cowherd completion: a few lines per shell that ask the program itself (the hidden __complete command, below) what may
// come next, so that they never disagree with it.
#include <unistd.h>

#include <cstdio>
#include <future>
#include <memory>
#include <set>
#include <thread>

#include "reconciler/commands/complete.h"
#include "reconciler/commands/session.h"
#include "reconciler/commands/source_pins.h"
#include "reconciler/commands/tell.h"
#include "resources/manifest/excerpt.h"

namespace cowherd {

namespace {

// Longer, and a person would rather type.
constexpr Span kLongestWait{500};

constexpr const char* kBash = R"(# bash completion of cowherd: source <(cowherd completion bash)
_cowherd() {
  local text doc current="${COMP_WORDS[COMP_CWORD]}"
  [[ $current == "=" ]] && current=""
  COMPREPLY=()
  while IFS=$'\t' read -r text doc; do
    case $text in
      :files) compopt -o filenames 2>/dev/null; mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current") ;;
      :directories) compopt -o filenames 2>/dev/null; mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$current") ;;
      ?*) COMPREPLY+=("$text"); [[ $text == */ ]] && compopt -o nospace 2>/dev/null ;;
    esac
  done < <("${COMP_WORDS[0]/#\~/$HOME}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _cowherd cowherd
)";

constexpr const char* kZsh = R"(#compdef cowherd
# zsh completion of cowherd: source <(cowherd completion zsh)
_cowherd() {
  local text doc
  local -a candidates
  while IFS=$'\t' read -r text doc; do
    case $text in
      :files) _files ;;
      :directories) _files -/ ;;
      ?*) candidates+=("${text//:/\\:}${doc:+:$doc}") ;;
    esac
  done < <("${(Q)words[1]/#\~/$HOME}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( ${#candidates} )) && _describe -t values cowherd candidates
}
compdef _cowherd cowherd
)";

constexpr const char* kFish = R"(# fish completion of cowherd: cowherd completion fish | source
function __cowherd_complete
  set -l words (commandline -opc)
  for line in ($words[1] __complete $words[2..] (commandline -ct) 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path (commandline -ct)
      case ':directories'
        __fish_complete_directories (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c cowherd -f -a '(__cowherd_complete)'
)";

// Declared objects, sandboxes and snapshots that exist; disks and VMs are not looked at.
std::vector<ObjectName> objects_of(const Options& options) {
  auto opened = Session::open(options, SessionMode::Watching, "complete");
  auto* session = std::get_if<std::unique_ptr<Session>>(&opened);
  if (session == nullptr) return {};
  std::set<ObjectName> names;
  const Declaration declared = (*session)->world().source.load((*session)->clock().now());
  for (const auto& object : declared.objects) names.insert(object.first);
  const StoreContents contents = (*session)->store().look();
  for (const auto& [uid, identity] : contents.sandboxes) {
    if (identity.known()) names.insert({Kind::Sandbox, identity->name});
  }
  const auto add_snapshot = [&names](const std::string& text) {
    if (const auto name = ResourceName::make(text)) names.insert({Kind::Snapshot, *name});
  };
  for (const auto& [name, identity] : contents.snapshots) add_snapshot(name);
  for (const auto& [name, seed] : contents.seeds) add_snapshot(name);
  return {names.begin(), names.end()};
}

std::vector<CompletionWord> revisions_of(Session& session, const SourceStatus& source) {
  std::vector<CompletionWord> words;
  const auto known = read_revisions(session.files(), session.layout(), source);
  if (!known) return words;
  for (const KnownRevision& one : *known) {
    if (one.is_kept) words.push_back({one.revision.id.short7(), printable(one.revision.subject)});
  }
  return words;
}

std::vector<KnownSource> sources_of(const Options& options) {
  auto opened = Session::open(options, SessionMode::Watching, "complete");
  auto* session = std::get_if<std::unique_ptr<Session>>(&opened);
  if (session == nullptr) return {};
  std::vector<KnownSource> known;
  for (const SourceStatus& source : (*session)->world().source.load((*session)->clock().now()).sources) {
    known.push_back({source.name.str(), revisions_of(**session, source)});
  }
  return known;
}

// In a thread of its own, which is left behind when a disk does not answer in time.
template <class Known>
std::function<std::vector<Known>(const Options&)> soon(std::vector<Known> (*look)(const Options&)) {
  return [look](const Options& options) {
    std::packaged_task<std::vector<Known>()> task([look, options] { return look(options); });
    auto found = task.get_future();
    std::thread(std::move(task)).detach();
    return found.wait_for(kLongestWait) == std::future_status::ready ? found.get() : std::vector<Known>{};
  };
}

}  // namespace

ExitCode completion_command(const std::string& shell) {
  std::fputs(shell == "bash" ? kBash : shell == "zsh" ? kZsh : kFish, stdout);
  return ExitCode::Done;
}

ExitCode complete_command(const std::vector<std::string>& words) {
  const Completion completion = complete(command_shapes(), words, {soon(&objects_of), soon(&sources_of)});
  for (const CompletionWord& candidate : completion.candidates) {
    std::printf("%s\t%s\n", candidate.text.c_str(), candidate.doc.c_str());
  }
  if (completion.then == ShellPart::Files) std::puts(":files");
  if (completion.then == ShellPart::Directories) std::puts(":directories");
  std::fflush(stdout);
  ::_exit(static_cast<int>(ExitCode::Done));  // a thread may still be waiting for a disk
}

}  // namespace cowherd
