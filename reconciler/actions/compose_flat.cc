// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/compose_flat.h"

#include "resources/memory/materialize.h"

namespace cowherd {

Result<std::string> compose_flat(Host& host, const std::string& directory, const BulkControl& control) {
  const std::string flat = directory + "/" + kFlatFile;
  const Result<FileStamp> present = host.files.stat(flat);
  if (present) return std::string();
  if (present.error().kind != ErrorKind::NotFound) return fail(present.error());
  COWHERD_ASSIGN(const Generation generation, load_generation(host.files, directory));
  COWHERD_ASSIGN(const CopyCount count, materialize({host.files, host.memory_files}, generation, flat, control));
  return "shared " + print_quantity(count.shared) + ", copied " + print_quantity(count.copied);
}

}  // namespace cowherd
