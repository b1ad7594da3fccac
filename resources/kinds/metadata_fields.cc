// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/tables.h"

namespace cowherd {

const Table<Metadata>& metadata_fields() {
  static const Table<Metadata> kTable{
      .doc = "Who the object is.",
      .sections = {},
      .members =
          {
              member({.path = "name",
                      .need = Need::Required,
                      .doc = "Name of the object, unique among the objects of its kind. A new name is a new object.",
                      .example = "web"},
                     &Metadata::name),
              member({.path = "labels",
                      .maximum = kMaxLabels,
                      .doc = "Short values to group and select objects by.",
                      .example = Value::Map{{"team", "ml"}}},
                     &Metadata::labels),
              member({.path = "annotations",
                      .type = FieldType::Annotations,
                      .maximum = kMaxLabels,
                      .doc = "Free text for people and tools, up to 4 KiB each. cowherd itself reads "
                             "cowherd.dev/approve, which lets one edit that costs data or a disk go ahead; "
                             "cowherd.dev/protect, which with \"true\" keeps the object and its data from being removed, "
                             "replaced or collected; cowherd.dev/prune, which with \"disabled\" leaves the object as it "
                             "is when its document goes; and cowherd.dev/suspend, which with \"true\" or a reason has "
                             "nothing done to the object while its document says so.",
                      .example = Value::Map{{"cowherd.dev/approve", "replace@0123abcd"}}},
                     &Metadata::annotations),
          },
  };
  return kTable;
}

}  // namespace cowherd
