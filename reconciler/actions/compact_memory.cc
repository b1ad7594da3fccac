// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/compact_memory.h"

#include "resources/files/random.h"
#include "resources/memory/compact.h"

namespace cowherd {

bool is_worth_compacting(const PauseImage& image) {
  const Bytes memory = image.identity.saved.memory;
  return image.files > kMostMemoryFiles || image.stored > memory + Bytes{memory.value / 2};
}

Status CompactMemory::precondition(Host& host) const {
  const Fact<MachineState> machine = machine_now(host, uid);
  if (machine.unknown()) return fail(machine.why());
  if (machine.known()) return fail(ErrorKind::Stale, "sandbox '" + name.str() + "' has a VM");
  const Fact<PauseImage> image = pause_now(host, uid);
  if (image.unknown()) return fail(image.why());
  if (image.absent()) return fail(ErrorKind::Stale, "no memory of sandbox '" + name.str() + "' is kept");
  return {};
}

Result<Effect> CompactMemory::apply(Host& host, const BulkControl& control) const {
  const MemoryHost files{host.files, host.memory_files};
  const std::string directory = host.store.layout().memory_dir(uid);
  COWHERD_ASSIGN(const PauseImage image, host.store.pause(uid));
  COWHERD_ASSIGN(const Generation old, load_generation(host.files, directory));
  // What died between publishing and removing has one file in its header and more in its directory.
  if (image.files <= 1 || old.files.size() <= 1) {
    COWHERD_TRY(remove_unnamed_files(host.files, old));
    return Effect::Changed;
  }
  COWHERD_ASSIGN(const Compaction done, compact(files, old, BuildId::from_uid(fresh_uid()), control));
  COWHERD_TRY(remove_unnamed_files(host.files, done.generation));
  if (control.tell) {
    control.tell(std::to_string(old.files.size()) + " files became one, shared " + print_quantity(done.count.shared) +
                 ", copied " + print_quantity(done.count.copied));
  }
  return Effect::Changed;
}

Status CompactMemory::verify(Host& host) const {
  COWHERD_ASSIGN(const PauseImage image, host.store.pause(uid));
  if (is_worth_compacting(image)) {
    return fail(ErrorKind::Failed, "the memory of sandbox '" + name.str() + "' is no smaller after its compaction");
  }
  return {};
}

}  // namespace cowherd
