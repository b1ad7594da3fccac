// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/purge_trash.h"

namespace cowherd {

Result<Effect> PurgeTrash::apply(Host& host, const BulkControl&) const {
  COWHERD_TRY(host.store.purge(entry));
  return Effect::Changed;
}

}  // namespace cowherd
