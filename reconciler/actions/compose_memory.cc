// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/compose_memory.h"

#include "resources/memory/materialize.h"

namespace cowherd {

Status ComposeMemory::precondition(Host& host) const {
  const Result<PauseImage> image = host.store.pause(uid);
  if (!image && image.error().kind == ErrorKind::NotFound) {
    return fail(ErrorKind::Stale, "no memory of sandbox '" + name.str() + "' is kept");
  }
  if (!image) return fail(image.error());
  return {};
}

Result<Effect> ComposeMemory::apply(Host& host, const BulkControl& control) const {
  COWHERD_ASSIGN(const PauseImage image, host.store.pause(uid));
  if (image.has_flat) return Effect::Unchanged;
  const std::string directory = host.store.layout().memory_dir(uid);
  COWHERD_ASSIGN(const Generation generation, load_generation(host.files, directory));
  COWHERD_ASSIGN(const CopyCount count, materialize({host.files, host.memory_files}, generation,
                                                    directory + "/" + kFlatFile, control));
  if (control.tell) {
    control.tell("shared " + print_quantity(count.shared) + ", copied " + print_quantity(count.copied));
  }
  return Effect::Changed;
}

Status ComposeMemory::verify(Host& host) const {
  COWHERD_ASSIGN(const PauseImage image, host.store.pause(uid));
  if (!image.has_flat) return fail(ErrorKind::Failed, "no flat image of sandbox '" + name.str() + "' after it was made");
  return {};
}

}  // namespace cowherd
