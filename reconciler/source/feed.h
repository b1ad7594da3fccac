// SPDX-License-Identifier: Apache-2.0
// One place that manifests come from, looked at again and again. Not safe from two threads but for name() and ask().
#pragma once

#include "reconciler/source/declaration.h"
#include "reconciler/source/source_look.h"

namespace cowherd {

class Feed {
 public:
  virtual ~Feed() = default;
  // Never fails: a look that could not be made has problems and is not listed.
  virtual SourceLook look(Moment now) = 0;
  // Of the last look: how the place stands, not what of it came into force.
  virtual SourceStatus status() const = 0;
  // Of the source; never changes. Empty: the manifest directory.
  virtual const ResourceName& name() const = 0;
  // From any thread, never blocks: the place is asked as soon as it may be. False where there is nobody to ask.
  virtual bool ask() { return false; }
};

}  // namespace cowherd
