// SPDX-License-Identifier: Apache-2.0
// Any text as a target of a device-mapper table, as a status line and as a uuid: what is understood prints back.
#include "resources/block/dm_names.h"
#include "resources/block/dm_table.h"
#include "tests/fuzz/input.h"

namespace cowherd::testing {
namespace {

void check_target(std::string_view text) {
  const std::size_t space = std::min(text.find(' '), text.size());
  const std::string_view type = text.substr(0, space);
  const std::string_view params = text.substr(std::min(space + 1, text.size()));
  const DmTarget target = parse_target(Sectors{0}, Sectors{8}, type, params);
  require(target.type() == type);
  require(parse_target(Sectors{0}, Sectors{8}, target.type(), target.params()) == target);
  require(print_table({target, target}).find('\n') != std::string::npos);
}

void check(std::string_view text) {
  check_target(text);
  (void)parse_snapshot_status(text);
  if (const auto mark = parse_dm_uuid(text)) require(dm_uuid(*mark) == text);
}

}  // namespace
}  // namespace cowherd::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cowherd::testing::check(cowherd::testing::as_text(data, size));
  return 0;
}
