// SPDX-License-Identifier: Apache-2.0
// What a lost catalog is given back from the directories: which snapshots were captured, so that one whose directory goes
// later is Lost and not captured again, and the index of bases. History does not come back.
#pragma once

#include "reconciler/lineage/lineage.h"
#include "resources/catalog/catalog.h"
#include "resources/catalog/catalog_index.h"
#include "resources/store/store.h"

namespace cowherd {

// Short handles and edges of every base. Pure.
std::vector<IndexedBase> index_of(const Lineage& lineage, const StoreContents& store);

struct Rebuilt {
  std::size_t snapshots = 0;
  std::size_t bases = 0;
  std::vector<Error> unread{};  // directories that could not be read: what they hold is told by a later rebuild
};

// Repeatable. It counts as rebuilt only when every directory could be read; until then, nothing is collected either.
Result<Rebuilt> rebuild_catalog(Catalog& catalog, CatalogIndex& index, const StoreContents& store, Moment now);

}  // namespace cowherd
