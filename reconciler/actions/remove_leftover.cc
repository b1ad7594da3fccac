// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/remove_leftover.h"

namespace cowherd {

Result<Effect> RemoveLeftover::apply(Host& host, const BulkControl&) const {
  COWHERD_TRY(host.store.remove_leftover(path));
  return Effect::Changed;
}

}  // namespace cowherd
