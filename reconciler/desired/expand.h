// SPDX-License-Identifier: Apache-2.0
// The declared set made concrete against the identities that exist. Pure: time and fresh uids are passed in.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "reconciler/desired/wanted.h"
#include "reconciler/source/declaration.h"
#include "resources/catalog/catalog.h"
#include "resources/store/approvals.h"
#include "resources/store/store.h"

namespace cowherd {

using HostFiles = std::map<std::string, Fact<FileStamp>>;
using FreshUid = std::function<Uid()>;

using Captures = std::map<std::string, CaptureMemory>;  // by object

struct ExpandInput {
  const Declaration& declared;
  const StoreContents& store;
  const HostFiles& host_files;              // stamps of every path interesting_paths() names
  const std::vector<Approval>& approvals;
  const Fact<Disks::Choice>& new_disks;     // the driver of disks made now
  const Fact<Captures>& captures;           // what is remembered; Unknown: nothing is captured
  const Fact<std::vector<Suspension>>& suspensions;
  Moment now;
  Span prune_delay;
};

// Image, kernel and initrd paths the declared templates name.
std::vector<std::string> interesting_paths(const Declaration& declared);

Wanted expand(const ExpandInput& input, const FreshUid& fresh_uid);

// One family each.
WantedTemplate expand_template(const ExpandInput& input, const Declared& declared);
std::vector<WantedSandbox> expand_sandboxes(const ExpandInput& input,
                                            const std::map<ResourceName, WantedTemplate>& templates,
                                            const FreshUid& fresh_uid);

std::map<ResourceName, WantedSnapshot> expand_snapshots(const ExpandInput& input, const FreshUid& fresh_uid);

WantedRetention expand_retention(const ExpandInput& input);

// Of what a snapshot is of, which never changes once it was captured.
Digest capture_hash(const SnapshotSpec& spec);

// What a sandbox that is to be made takes from its snapshot: the base, the driver and size of the disk, and whether the
// memory. Or why it cannot.
struct RestoreChoice {
  std::optional<Hindrance> hindrance{};
  const SnapshotIdentity* snapshot = nullptr;  // owned by the input
  Restored restored{};
};
RestoreChoice choose_restore(const ExpandInput& input, const SandboxIdentity& sandbox);

// "replace@1a2b3c4d" stands in the annotation or in an approval file for this uid and hash.
bool is_approved(const ExpandInput& input, std::string_view verb, const Metadata& metadata, const Uid& uid,
                 const Digest& hash);

}  // namespace cowherd
