// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/source_meant.h"

#include <algorithm>

#include "reconciler/source/source_types.h"
#include "resources/vocabulary/joined.h"

namespace cowherd {

namespace {

constexpr std::size_t kLeastDigits = 4;
constexpr std::size_t kMostDigits = 64;

std::string sources_there_are(const Declaration& declared) {
  std::vector<std::string> names;
  for (const SourceStatus& source : declared.sources) names.push_back(source.name.str());
  return names.empty() ? "the configuration has no document of kind Source" : "sources are " + joined(names);
}

std::string in_lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

std::string standing_of(const PastRevision& revision, const KeptRevisions& kept, const SourceStatus& source) {
  const bool is_pinned = kept.pin && kept.pin->id == revision.id;
  if (revision.id.str() == source.revision) return is_pinned ? "Pinned" : "InForce";
  if (!is_pinned && revision.id != kept.state.latest) return "";
  const bool is_waiting = source.ready || (kept.pin && !is_pinned);
  return is_waiting ? (is_pinned ? "Pinned" : "Newest") : "Bad (" + source.reason + ")";
}

bool has(const std::vector<PastRevision>& history, const CommitId& id) {
  return std::any_of(history.begin(), history.end(), [&](const PastRevision& past) { return past.id == id; });
}

}  // namespace

const SourceStatus* find_source(const Declaration& declared, const std::string& name) {
  const auto found = std::find_if(declared.sources.begin(), declared.sources.end(),
                                  [&](const SourceStatus& source) { return source.name.str() == name; });
  return found == declared.sources.end() ? nullptr : &*found;
}

Result<SourceStatus> source_meant(const Declaration& declared, const std::string& name) {
  if (const SourceStatus* source = find_source(declared, name)) return *source;
  return fail(ErrorKind::Invalid, "there is no source '" + name + "'", sources_there_are(declared));
}

Result<SourceStatus> git_source_meant(const Declaration& declared, const std::string& name) {
  if (!name.empty()) {
    COWHERD_ASSIGN(SourceStatus source, source_meant(declared, name));
    if (source.type == kGitSource) return source;
    return fail(ErrorKind::Invalid, "Source/" + name + " is a directory: what lies there is in force, and no revision is kept",
                "edit its files");
  }
  std::vector<const SourceStatus*> following;
  std::vector<std::string> names;
  for (const SourceStatus& source : declared.sources) {
    if (source.type != kGitSource) continue;
    following.push_back(&source);
    names.push_back(source.name.str());
  }
  if (following.size() == 1) return *following.front();
  if (following.empty()) return fail(ErrorKind::Invalid, "no source follows a repository", sources_there_are(declared));
  return fail(ErrorKind::Invalid, "several sources follow a repository: " + joined(names), "name one of them");
}

std::vector<KnownRevision> revisions_of(const KeptRevisions& kept, const SourceStatus& source) {
  const SourceState& state = kept.state;
  std::vector<KnownRevision> known;
  if (kept.newest && !has(state.history, kept.newest->id)) known.push_back({*kept.newest, standing_of(*kept.newest, kept, source), true, ""});
  for (const PastRevision& past : state.history) known.push_back({past, standing_of(past, kept, source), true, ""});
  if (!state.refusal) return known;
  const std::string refused = "Refused (" + state.refusal->reason + ")";
  const auto before = std::find_if(known.begin(), known.end(), [&](const KnownRevision& one) { return one.revision.id == state.refusal->id; });
  if (before == known.end()) {
    PastRevision revision;
    revision.id = state.refusal->id;
    known.insert(known.begin(), {revision, refused, false, state.refusal->message});
  } else if (before->standing.empty()) {
    before->standing = refused;
  }
  return known;
}

Result<PastRevision> revision_meant(const std::vector<KnownRevision>& known, const std::string& beginning) {
  const std::string wanted = in_lower_case(beginning);
  const bool is_name = wanted.size() >= kLeastDigits && wanted.size() <= kMostDigits &&
                       wanted.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_name) return fail(ErrorKind::Invalid, "'" + beginning + "' does not begin the name of a commit", "give 4 to 64 of its hex digits");
  std::vector<const KnownRevision*> found;
  std::vector<std::string> kept;
  std::vector<std::string> names;
  for (const KnownRevision& one : known) {
    if (one.is_kept) kept.push_back(one.revision.id.short7());
    if (!one.revision.id.str().starts_with(wanted)) continue;
    found.push_back(&one);
    names.push_back(one.revision.id.str());
  }
  if (found.empty()) {
    return fail(ErrorKind::Invalid, "no revision that is kept begins with '" + beginning + "'",
                kept.empty() ? "none was in force yet" : "kept are " + joined(kept));
  }
  if (found.size() > 1) return fail(ErrorKind::Invalid, "'" + beginning + "' may be " + joined(names), "give more of its digits");
  if (found.front()->is_kept) return found.front()->revision;
  return fail(ErrorKind::Invalid, "revision " + found.front()->revision.id.short7() + " was never taken: " + found.front()->message);
}

}  // namespace cowherd
