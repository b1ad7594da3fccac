// SPDX-License-Identifier: Apache-2.0
// Any bytes as a memory header: what is accepted covers its memory, prints and reads back as the same, and
// every page of it is found where the lengths of its files say.
#include <algorithm>

#include "resources/memory/header.h"
#include "tests/fuzz/input.h"

namespace cowherd::testing {
namespace {

void check_lookups(const MemoryHeader& header) {
  const auto lengths = needed_lengths(header);
  for (const Extent& extent : header.extents) {
    for (const Bytes at : {extent.offset, extent.end() - Bytes{1}}) {
      require(at < header.size);
      require(extent_at(header.extents, at) == extent);
    }
    if (!extent.build.is_zero()) require(extent.storage + extent.length <= lengths.at(extent.build));
  }
}

void check(std::string_view bytes) {
  const auto header = parse_header(bytes);
  if (!header) {
    require(header.error().kind == ErrorKind::Corrupt && !header.error().message.empty());
    return;
  }
  check_lookups(*header);
  const std::string printed = print_header(*header);
  require(printed.size() == std::max<std::size_t>(bytes.size(), 104));
  const auto again = parse_header(printed);
  require(again && *again == *header);
  require(
      check_header({header->size, 1, header->build, header->base, merge(header->extents, header->extents)})
          .has_value());
}

}  // namespace
}  // namespace cowherd::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cowherd::testing::check(cowherd::testing::as_text(data, size));
  return 0;
}
