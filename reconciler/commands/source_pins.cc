// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/source_pins.h"

#include "reconciler/commands/source_lines.h"
#include "resources/kinds/source_config.h"
#include "resources/manifest/excerpt.h"

namespace cowherd {

namespace {

std::string object_of(const ResourceName& source) { return std::string(kSourceKind) + "/" + source.str(); }

std::string named(const PastRevision& revision) {
  return revision.id.short7() + (revision.subject.empty() ? "" : " (" + printable(revision.subject) + ")");
}

std::string until_unsuspended(const ResourceName& source) { return " until 'cowherd unsuspend " + object_of(source) + "'\n"; }

// Of a commit that was had and was not in force yet.
Result<PastRevision> read_newest(FileSystem& files, const Layout& layout, const ResourceName& source, const CommitId& id) {
  COWHERD_ASSIGN(const std::string text, read_revision_text(files, layout, source, id));
  COWHERD_ASSIGN(const Revision revision, parse_revision(text));
  return PastRevision{revision.id, revision.subject, revision.author, revision.signer, revision.committed, Moment{}};
}

}  // namespace

Result<std::vector<KnownRevision>> read_revisions(FileSystem& files, const Layout& layout, const SourceStatus& source) {
  const Result<SourceState> state = read_source_state(files, layout, source.name);
  if (!state && state.error().kind == ErrorKind::NotFound) return std::vector<KnownRevision>{};
  if (!state) return fail(state.error());
  KeptRevisions kept{*state, std::nullopt, std::nullopt};
  if (const Result<SourcePin> pin = read_pin(files, layout, source.name)) kept.pin = *pin;
  if (!state->latest.empty() && state->latest != state->in_force) {
    if (const auto newest = read_newest(files, layout, source.name, state->latest)) kept.newest = *newest;
  }
  return revisions_of(kept, source);
}

Result<std::string> roll_back(const RollbackOrder& order, const Picture& picture, FileSystem& files, const Layout& layout) {
  COWHERD_ASSIGN(const SourceStatus source, git_source_meant(picture.declared, order.source));
  COWHERD_ASSIGN(const std::vector<KnownRevision> known, read_revisions(files, layout, source));
  COWHERD_ASSIGN(const PastRevision revision, revision_meant(known, order.revision).in("rolling back " + object_of(source.name)));
  const Result<std::string> text = read_revision_text(files, layout, source.name, revision.id);
  if (!text && text.error().kind == ErrorKind::NotFound) {
    return fail(ErrorKind::Invalid, "the manifests of revision " + revision.id.short7() + " of " + object_of(source.name) + " are not kept any more",
                "'cowherd history " + source.name.str() + "' lists those that are");
  }
  if (!text) return fail(text.error());
  COWHERD_TRY(pin_source(files, layout, source.name, {revision.id, order.reason, picture.now}));
  const bool is_there = revision.id.str() == source.revision;
  return "pinned: " + object_of(source.name) + " at " + named(revision) + "; " +
         (is_there ? "it stays in force" : "what it declares comes into force, and nothing else of its repository does") +
         until_unsuspended(source.name);
}

Result<std::string> pin_at_present(const std::string& name, const std::string& reason, const Picture& picture, FileSystem& files,
                                   const Layout& layout) {
  COWHERD_ASSIGN(const SourceStatus source, git_source_meant(picture.declared, name));
  const Result<CommitId> in_force = CommitId::make(source.revision);
  if (!in_force) return fail(ErrorKind::Invalid, "nothing of " + object_of(source.name) + " is in force that it could stay at");
  COWHERD_TRY(pin_source(files, layout, source.name, {*in_force, reason, picture.now}));
  return "pinned: " + object_of(source.name) + " at " + in_force->short7() + "; it stays in force" + until_unsuspended(source.name);
}

// Also of a source that the configuration does not name any more.
Result<std::string> follow_again(const std::string& name, const Picture& picture, FileSystem& files, const Layout& layout) {
  COWHERD_ASSIGN(const ResourceName source, ResourceName::make(name));
  const Status taken_back = unpin_source(files, layout, source);
  if (taken_back) return "unpinned: " + object_of(source) + " follows its repository again\n";
  if (taken_back.error().kind != ErrorKind::NotFound) return fail(taken_back.error());
  COWHERD_TRY(git_source_meant(picture.declared, name));
  return object_of(source) + " is not pinned; nothing was done\n";
}

}  // namespace cowherd
