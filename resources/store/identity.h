// SPDX-License-Identifier: Apache-2.0
// Identity files: what makes a directory of the state directory the truth about itself. sandbox.json and revision.json
// are published before anything else of their object exists. Reading one that cowherd did not write whole is Corrupt.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "resources/block/disk.h"
#include "resources/files/file_system.h"
#include "resources/kinds/object.h"
#include "resources/store/scheduled_run.h"
#include "resources/vocabulary/moment.h"

namespace cowherd {

// How the last run of a sandbox's VM ended, and how often in a row it failed: what restartPolicy and its backoff read.
struct LastExit {
  std::string reason{};          // ExitReason spelled as in machine.h
  bool success = false;
  std::string detail{};
  Moment at{};
  std::int64_t generation = 0;   // the generation that ran
  std::int64_t failures = 0;     // in a row; a run of 10 minutes or a new generation starts again
  bool operator==(const LastExit&) const = default;
};

// What restoreFrom chose when the sandbox was created: where its disk comes from, and whether its memory does.
struct Restored {
  ResourceName snapshot{};
  Uid capture{};
  bool memory = false;
  std::string why_disk{};  // why not the memory, where mode Auto left it open
  bool operator==(const Restored&) const = default;
};

struct SandboxIdentity {
  Uid uid{};
  ResourceName name{};
  std::string origin{};               // manifest file it was last declared in
  std::map<std::string, std::string> labels{};
  SandboxSpec spec{};                 // last applied, defaults filled in
  Digest spec_hash{};
  std::int64_t generation = 1;
  std::string template_name{};
  Digest revision{};                  // of the template, fixed at creation
  DiskDriverKind driver = DiskDriverKind::Qcow2;
  Bytes disk_size{};                  // what the guest sees
  std::optional<Restored> restored{};
  Moment created{};
  std::optional<Moment> expires{};    // applied at + ttl of the current generation
  std::optional<std::int64_t> expired_generation{};  // latch: onExpire was carried out for this generation
  bool disk_discarded = false;        // onExpire: Delete moved the disk to trash; the directory stays as the latch
  bool retained = false;              // deletionPolicy Retain: undeclared, kept and listed
  bool is_protected = false;          // its annotations as last applied: never removed, replaced or collected
  bool prune_disabled = false;        // a vanished document does not delete it
  std::optional<LastExit> last_exit{};
  std::optional<ScheduledRun> last_scheduled{};  // stays when the snapshot it took went
  bool operator==(const SandboxIdentity&) const = default;
};

// What a revision was built from, so that a later pass knows without reading it whether it still answers the spec.
struct SourceFile {
  std::string path{};
  FileStamp stamp{};
  bool operator==(const SourceFile&) const = default;
};

struct RevisionIdentity {
  Digest id{};                        // SHA-256 over raw image content, kernel, initrd and arguments
  ResourceName template_name{};
  Digest inputs{};                    // digest of the spec fields and file stamps it was built from
  std::vector<SourceFile> sources{};
  Digest image_sha256{};              // of the image file as given
  Digest raw_sha256{};                // of rootfs.ext4
  std::optional<Digest> kernel_sha256{};   // of kernel and initrd; how equal files are found again
  std::optional<Digest> initrd_sha256{};
  Bytes image_size{};                 // virtual size of the raw image
  std::vector<std::string> boot_args{};
  bool has_initrd = false;
  Moment created{};
  bool retain = false;                // the template's deletionPolicy as last applied: Retain
  bool is_protected = false;          // the template's annotations as last applied
  bool prune_disabled = false;
  bool operator==(const RevisionIdentity&) const = default;
};

// JSON with formatVersion 1. Unknown keys are Corrupt: they are a newer cowherd's, and writing the file back without
// them would lose what that one meant.
std::string print_identity(const SandboxIdentity& identity);
std::string print_identity(const RevisionIdentity& identity);
Result<SandboxIdentity> parse_sandbox_identity(std::string_view text);
Result<RevisionIdentity> parse_revision_identity(std::string_view text);

}  // namespace cowherd
