// SPDX-License-Identifier: Apache-2.0
// Approvals: a person's word that one costly step may be taken. Each is a small file under approvals/ that names the
// verb, the object's uid and the hash of the spec it was given for; it is consumed when the step succeeded. `cowherd
// approve` writes them beside a running daemon, so no lock is taken.
#pragma once

#include <string>
#include <vector>

#include "resources/files/file_system.h"
#include "resources/store/layout.h"

namespace cowherd {

struct Approval {
  std::string verb{};    // "replace", "dataloss", "delete" or "undelete"
  std::string object{};  // "Sandbox/web"; "Trash/<entry>" for "undelete"
  std::string uid{};     // of the object; empty for "delete" of what has none (a template) or whose record cannot be
                         // read, and for "undelete"
  std::string hash8{};   // first 8 hex digits of the spec hash; empty together with the uid
  bool operator==(const Approval&) const = default;
};

// What a sandbox is called whose record cannot be read, and so neither its name: by the 12 digits of its directory.
ObjectName unreadable_sandbox(const Uid& uid);
// To delete a template, or a sandbox or snapshot whose record cannot be read.
Approval named_approval(const ObjectName& object);
bool is_approved_by_name(const std::vector<Approval>& approvals, const ObjectName& object);
// To bring back this trash entry.
Approval undelete_approval(const std::string& trash_entry);
// Somebody asked for it.
bool is_to_come_back(const std::vector<Approval>& approvals, const std::string& trash_entry);

// Durable when it returns; giving it again is success. Invalid for an unknown verb, or a uid or hash of another form.
Status approve(FileSystem& files, const Layout& layout, const Approval& approval);

// What is approved, sorted by file name. Files that are no approval are left alone and left out.
Result<std::vector<Approval>> list_approvals(FileSystem& files, const Layout& layout);

// Takes back every approval given for this uid. Success when there is none.
Status consume_approvals(FileSystem& files, const Layout& layout, const Uid& uid);

// Takes back the approvals of an object without uid ("Template/base"). Success when there is none.
Status consume_approvals_of(FileSystem& files, const Layout& layout, const std::string& object);

}  // namespace cowherd
