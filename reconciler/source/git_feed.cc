// SPDX-License-Identifier: Apache-2.0
#include "reconciler/source/git_feed.h"

#include <algorithm>
#include <cerrno>

#include "reconciler/source/file_diagnostic.h"
#include "reconciler/source/revision_unit.h"

namespace cowherd {

namespace {

constexpr Span kFirstPollIsWatched = std::chrono::seconds{1};

std::string reason_of(const Error& error) {
  if (!error.reason.empty()) return error.reason;
  if (error.errno_value == ENOSPC || error.errno_value == EDQUOT) return "NoSpace";
  switch (error.kind) {
    case ErrorKind::Denied: return "AuthenticationFailed";
    case ErrorKind::NotFound: return "NotFound";
    case ErrorKind::Busy: return "NoAnswer";
    case ErrorKind::Exhausted: return "TooLarge";
    case ErrorKind::Corrupt: return "ServerLies";
    case ErrorKind::Invalid: return "Misconfigured";
    case ErrorKind::Stale:
    case ErrorKind::Failed: break;
  }
  return "FetchFailed";
}

std::string told(const Refusal& refusal) {
  return refusal.message + (refusal.hint.empty() ? "" : " (" + refusal.hint + ")");
}

std::string told(const SourcePin& pin, const ResourceName& source) {
  return "pinned to " + pin.id.short7() + " since " + print_moment(pin.since) + (pin.reason.empty() ? "" : ": " + pin.reason) +
         "; it follows its repository again after 'cowherd unsuspend Source/" + source.str() + "'";
}

std::string_view word_of(RefKind kind) {
  switch (kind) {
    case RefKind::Branch: return "branch";
    case RefKind::Tag: return "tag";
    case RefKind::Commit: return "commit";
  }
  return "";
}

PastRevision past_of(const Revision& revision, Moment in_force_since) {
  return {revision.id, revision.subject, revision.author, revision.signer, revision.committed, in_force_since};
}

// Newest first, each once.
void enter(std::vector<PastRevision>& history, PastRevision revision) {
  std::erase_if(history, [&](const PastRevision& past) { return past.id == revision.id; });
  history.insert(history.begin(), std::move(revision));
  if (history.size() > kRevisionsKept) history.resize(kRevisionsKept);
}

}  // namespace

std::string print_place(const GitPlace& place) {
  return place.url + " " + std::string(word_of(place.ref.kind)) + " " + place.ref.name + (place.path.empty() ? "" : " path " + place.path);
}

// A place that asks for signatures is another one: what came before was not verified.
GitFeed::GitFeed(GitFeedSettings settings, FileSystem& files, Layout layout, Memory memory)
    : settings_(std::move(settings)), files_(files), layout_(std::move(layout)), memory_(memory) {
  const GitSigners& signers = settings_.place.signers;
  const bool is_verified = !signers.allowed_signers_file.empty() || !signers.gpg_keyring_file.empty();
  followed_ = print_place(settings_.place) + (is_verified ? " verified" : "");
}

void GitFeed::follow(GitRemote& remote, const Clock& clock, std::function<void()> notify) {
  if (!loaded_) (void)load_state();  // the first look says why not
  if (settings_.unusable) return;
  KnownCommits at_start = known();
  at_start.refused = {};  // what refused it may be configured otherwise by now
  follower_ = std::make_unique<Follower>(remote, settings_.place, settings_.pace, clock, std::move(notify), std::move(at_start));
}

bool GitFeed::ask() {
  if (!follower_) return false;
  follower_->ask();
  return true;
}

KnownCommits GitFeed::known() const {
  return {state_.latest, state_.refusal ? state_.refusal->id : CommitId{}, state_.followed_to};
}

Status GitFeed::load_state() {
  const Result<SourceState> read = read_source_state(files_, layout_, settings_.name);
  const bool is_unknown = !read && read.error().kind != ErrorKind::NotFound && read.error().kind != ErrorKind::Corrupt;
  loaded_ = !is_unknown;
  if (is_unknown) return fail(read.error());
  state_ = {};
  if (read && read->followed == followed_) state_ = *read;
  state_.followed = followed_;
  if (read || read.error().kind == ErrorKind::NotFound) return {};
  ignored_.push_back(file_diagnostic(kLastGoodIgnored, settings_.name.str(),
                                     "what is remembered of this source is ignored: " + to_string(read.error()),
                                     "the next fetch writes it anew"));
  return {};
}

SourceLook GitFeed::look(Moment now) {
  SourceLook look;
  const Status loaded = !loaded_ || memory_ == Memory::Read ? load_state() : Status{};
  if (!loaded) {
    look.problems.push_back("source '" + settings_.name.str() + "': " + to_string(loaded.error()));
    return look;
  }
  read_pin_file();
  take_polls();
  look.listed = true;
  look.diagnostics = std::exchange(ignored_, {});
  if (write_error_) {
    look.diagnostics.push_back(file_diagnostic(kNotRemembered, settings_.name.str(), to_string(*write_error_)));
  }
  if (follower_ && !polled_) look.settle_until = now + kFirstPollIsWatched;
  const CommitId id = wanted();
  if (!id.empty()) look.files.emplace(settings_.name.str(), text_of(id, look));
  if (id.empty()) {
    look.listed = false;
    look.problems.push_back("no revision of source '" + settings_.name.str() + "' was had yet");
  }
  return look;
}

CommitId GitFeed::wanted() const {
  if (pin_error_) return state_.in_force;
  return pin_ ? pin_->id : state_.latest;
}

FileNews GitFeed::text_of(const CommitId& id, SourceLook& look) {
  if (id == shown_) return SameText{};
  Result<std::string> text = read_revision_text(files_, layout_, settings_.name, id);
  if (text) {
    shown_ = id;
    return NewText{*std::move(text)};
  }
  const std::string why = "the text of commit " + id.short7() + " cannot be had: " + to_string(text.error());
  look.problems.push_back("source '" + settings_.name.str() + "': " + why);
  if (id == state_.latest) state_.latest = {};  // it is fetched again
  if (follower_) follower_->know(known());
  return NoText{file_diagnostic(kRevisionUnreadable, settings_.name.str(), why)};
}

void GitFeed::read_pin_file() {
  const Result<SourcePin> pin = read_pin(files_, layout_, settings_.name);
  pin_ = pin ? std::optional(*pin) : std::nullopt;
  pin_error_ = pin || pin.error().kind == ErrorKind::NotFound ? std::nullopt : std::optional(pin.error());
}

void GitFeed::take_polls() {
  if (!follower_) return;
  const std::vector<Poll> polls = follower_->take();
  if (polls.empty()) return;
  for (const Poll& poll : polls) take(poll);
  keep_state();
  follower_->know(known());
}

void GitFeed::take(const Poll& poll) {
  polled_ = poll.began;
  if (poll.error) return fail_with(reason_of(*poll.error), *poll.error, poll.ended);
  state_.problem.reset();
  state_.checked = poll.ended;
  if (!poll.fetched) {
    if (state_.refusal && poll.tip != state_.refusal->id) state_.refusal.reset();
    return;
  }
  if (const auto* refusal = std::get_if<Refusal>(&*poll.fetched)) {
    state_.refusal = *refusal;
    return;
  }
  take(std::get<Revision>(*poll.fetched));
  if (write_error_) fail_with("NotKept", *write_error_, poll.ended);
}

void GitFeed::take(const Revision& revision) {
  state_.refusal.reset();
  if (const std::string file = file_without_utf8(revision); !file.empty()) {
    const std::string what = "commit " + revision.id.short7() + ": " + in_source(settings_.name.str(), file) + " is not UTF-8";
    state_.refusal = Refusal{revision.id, "NotText", what, "save it as UTF-8"};
    return;
  }
  const Status kept = keep_revision(files_, layout_, settings_.name, revision);
  write_error_ = kept ? std::nullopt : std::optional(kept.error());
  if (kept) state_.latest = revision.id;
}

void GitFeed::fail_with(const std::string& reason, const Error& error, Moment when) {
  const bool is_same = state_.problem && state_.problem->reason == reason;
  const Moment since = is_same ? state_.problem->since : when;
  const int failures = state_.problem ? state_.problem->failures + 1 : 1;
  state_.problem = SourceProblem{reason, to_string(error), since, failures};
}

void GitFeed::keep_state() {
  const Status written = write_source_state(files_, layout_, settings_.name, state_);
  const Status dropped = written ? drop_revisions(files_, layout_, settings_.name, state_, pin_) : Status{};
  if (!written) {
    write_error_ = written.error();
  } else if (!dropped) {
    write_error_ = dropped.error();
  } else {
    write_error_.reset();
  }
}

Result<Recalled> GitFeed::recall() {
  if (!loaded_) COWHERD_TRY(load_state());
  Recalled recalled;
  if (state_.in_force.empty()) return recalled;
  const Result<std::string> text = read_revision_text(files_, layout_, settings_.name, state_.in_force);
  if (text) {
    recalled.files.push_back({settings_.name.str(), *text, followed_, {}});
    return recalled;
  }
  if (text.error().kind != ErrorKind::NotFound) return fail(text.error());
  recalled.ignored.push_back(file_diagnostic(kLastGoodIgnored, settings_.name.str(),
                                             "the text of commit " + state_.in_force.short7() + ", which was in force, is gone",
                                             "the next fetch brings it again"));
  return recalled;
}

Status GitFeed::remember(const GoodFile& file) {
  COWHERD_ASSIGN(const Revision revision, parse_revision(file.text));
  state_.in_force = revision.id;
  if (!pin_ && !pin_error_) state_.followed_to = revision.id;
  enter(state_.history, past_of(revision, file.accepted_at));
  if (memory_ == Memory::Read) return {};
  keep_state();
  if (follower_) follower_->know(known());
  return write_error_ ? Status(fail(*write_error_)) : Status{};
}

SourceStatus GitFeed::status() const {
  SourceStatus status;
  status.name = settings_.name;
  status.type = "Git";
  status.place = print_place(settings_.place);
  status.revision = state_.in_force.str();
  const CommitId newest = state_.refusal ? state_.refusal->id : state_.latest;
  if (newest != state_.in_force) status.newest = newest.str();
  status.pinned = pin_.has_value() || pin_error_.has_value();
  if (pin_) status.message = told(*pin_, settings_.name);
  status.checked = state_.checked;
  status.polled = polled_;
  const auto not_ready = [&status](std::string reason, std::string message) {
    status.ready = false;
    status.reason = std::move(reason);
    status.message = std::move(message);
  };
  if (settings_.unusable) {
    not_ready("Misconfigured", to_string(*settings_.unusable));
  } else if (pin_error_) {
    not_ready("PinUnreadable", to_string(*pin_error_) + "; 'cowherd unsuspend Source/" + settings_.name.str() + "' takes the pin away");
  } else if (state_.problem) {
    not_ready(state_.problem->reason, state_.problem->message);
  } else if (state_.refusal) {
    not_ready(state_.refusal->reason, told(*state_.refusal));
  } else if (state_.in_force.empty() && state_.latest.empty()) {
    not_ready("NotFetchedYet", "its repository was not asked yet");
  }
  return status;
}

OneSource git_source(std::unique_ptr<GitFeed> feed, Span prune_delay) {
  RecordsSettings records;
  records.root = feed->followed();
  records.prune_delay = prune_delay;
  records.when_empty = WhenEmpty::Accept;  // emptiness is a fault of the revision
  records.source = feed->name().str();
  records.read = [when_empty = feed->when_empty()](const std::string& text, const std::string& unit) {
    UnitContent content = read_revision_unit(text, unit);
    if (when_empty == WhenEmpty::Accept) content.emptied.reset();
    return content;
  };
  LastGood& memory = *feed;
  return {std::move(feed), SourceRecords(std::move(records), memory)};
}

}  // namespace cowherd
