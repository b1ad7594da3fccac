// SPDX-License-Identifier: Apache-2.0
#include "resources/store/scheduled_run.h"

#include "resources/store/field_reader.h"

namespace cowherd {

std::string standing_mark(std::int64_t store_mtime_ns, const Fact<PauseImage>& image) {
  const std::string store = std::to_string(store_mtime_ns);
  return image.known() && image->usable() ? store + " " + image->identity.saved.build : store;
}

Value to_value(const ScheduledRun& run) {
  Value value = Value::map();
  value.set("due", print_moment(run.due));
  value.set("standing", run.standing);
  return value;
}

Result<ScheduledRun> parse_scheduled_run(const Value& value) {
  FieldReader fields(value);
  ScheduledRun run;
  run.due = fields.moment("due");
  run.standing = fields.text("standing");
  COWHERD_TRY(fields.done());
  return run;
}

}  // namespace cowherd
