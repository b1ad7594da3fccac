// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/remove_unreadable.h"

#include "resources/store/approvals.h"

namespace cowherd {

namespace {

enum class Record { Gone, Unreadable, Readable };

template <class Identity>
Record judge(const Result<Identity>& identity) {
  if (identity) return Record::Readable;
  return identity.error().kind == ErrorKind::NotFound ? Record::Gone : Record::Unreadable;
}

// A directory without a record is one that cannot be read, too.
Record record_of(Host& host, const RemoveUnreadable& step) {
  const Layout& layout = host.store.layout();
  const Record record = step.uid ? judge(host.store.sandbox(*step.uid)) : judge(host.store.snapshot(step.name.name.str()));
  if (record != Record::Gone) return record;
  const std::string directory = step.uid ? layout.sandbox_dir(*step.uid) : layout.snapshot_dir(step.name.name.str());
  const Result<FileStamp> there = host.files.stat(directory);
  return !there && there.error().kind == ErrorKind::NotFound ? Record::Gone : Record::Unreadable;
}

}  // namespace

std::string RemoveUnreadable::describe() const {
  return "move what is left of " + to_string(name) + ", whose record cannot be read, to trash";
}

Status RemoveUnreadable::precondition(Host& host) const {
  if (record_of(host, *this) == Record::Readable) return fail(ErrorKind::Stale, "the record of " + object() + " can be read");
  if (!uid) return {};
  const Fact<MachineState> machine = machine_now(host, *uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known()) return fail(ErrorKind::Stale, "a VM of " + object() + " is there");
  return {};
}

Result<Effect> RemoveUnreadable::apply(Host& host, const BulkControl&) const {
  if (uid) {
    DiskPlan disk;
    disk.uid = *uid;
    disk.driver = DiskDriverKind::DmSnapshot;
    disk.directory = host.store.layout().sandbox_dir(*uid);
    COWHERD_TRY(host.disks.driver(disk.driver).deactivate(disk));
    COWHERD_TRY(host.store.trash_unreadable_sandbox(*uid));
  } else {
    COWHERD_TRY(host.store.trash_unreadable_snapshot(name.name));
  }
  COWHERD_TRY(consume_approvals_of(host.files, host.store.layout(), object()));
  return Effect::Changed;
}

Status RemoveUnreadable::verify(Host& host) const {
  if (record_of(host, *this) == Record::Gone) return {};
  return fail(ErrorKind::Failed, object() + " is still there after it was moved to trash");
}

}  // namespace cowherd
