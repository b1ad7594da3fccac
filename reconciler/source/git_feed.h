// SPDX-License-Identifier: Apache-2.0
// A repository as a feed with one unit, the revision that is to be in force: the newest that was had, or the one that a
// person pinned. It is also the memory of that unit: what is in force is told and kept here. Without a server, and after a
// restart, the revision that was in force stays so.
//
// State and texts are in the state directory (resources/store/source_state.h). Only one that is told to write does.
#pragma once

#include <memory>
#include <optional>

#include "reconciler/source/feed.h"
#include "reconciler/source/follower.h"
#include "reconciler/source/last_good.h"
#include "reconciler/source/sources.h"
#include "resources/store/source_state.h"

namespace cowherd {

struct GitFeedSettings {
  ResourceName name{};
  GitPlace place{};
  Pace pace{};
  WhenEmpty when_empty = WhenEmpty::Hold;  // Hold: a revision without documents is bad
  std::optional<Error> unusable{};         // why the place cannot be asked
};

class GitFeed final : public Feed, public LastGood {
 public:
  enum class Memory { Written, Read };

  // files outlives this.
  GitFeed(GitFeedSettings settings, FileSystem& files, Layout layout, Memory memory);

  // Begins to ask the server. Precondition: Memory::Written. What is given outlives this.
  void follow(GitRemote& remote, const Clock& clock, std::function<void()> notify);
  // Ends that, and waits for what is under way.
  void stop() { follower_.reset(); }

  SourceLook look(Moment now) override;
  SourceStatus status() const override;
  const ResourceName& name() const override { return settings_.name; }
  // What is followed, as text.
  const std::string& followed() const { return followed_; }
  WhenEmpty when_empty() const { return settings_.when_empty; }
  bool ask() override;

  Result<Recalled> recall() override;
  Status remember(const GoodFile& file) override;
  Status forget(const std::string&) override { return {}; }

 private:
  // An error: what is kept may be anything. A damaged one is no error, but told and begun anew.
  Status load_state();
  void take_polls();
  void take(const Poll& poll);
  void take(const Revision& revision);
  void read_pin_file();
  // Adds why where it cannot.
  void keep_state();
  // Commit whose text is to be shown; empty: none.
  CommitId wanted() const;
  FileNews text_of(const CommitId& id, SourceLook& look);
  KnownCommits known() const;
  void fail_with(const std::string& reason, const Error& error, Moment when);

  GitFeedSettings settings_;
  std::string followed_;
  FileSystem& files_;
  Layout layout_;
  Memory memory_;
  bool loaded_ = false;
  SourceState state_{};
  std::optional<SourcePin> pin_{};
  std::optional<Error> pin_error_{};
  std::optional<Error> write_error_{};
  std::optional<Moment> polled_{};
  std::vector<Diagnostic> ignored_{};
  CommitId shown_{};
  std::unique_ptr<Follower> follower_{};  // last: its thread ends first
};

// "https://host/fleet.git branch main path hosts": what is followed.
std::string print_place(const GitPlace& place);

// The source of a feed, which it owns.
OneSource git_source(std::unique_ptr<GitFeed> feed, Span prune_delay);

}  // namespace cowherd
