// SPDX-License-Identifier: Apache-2.0
// Any bytes as a qcow2 header: what is accepted has a size QEMU would open and names found inside the bytes.
#include "resources/block/qcow2_header.h"
#include "tests/fuzz/input.h"

namespace cowherd::testing {
namespace {

void check(std::string_view bytes) {
  const auto header = parse_qcow2_header(bytes);
  if (!header) {
    require(header.error().kind == ErrorKind::Invalid && !header.error().message.empty());
    return;
  }
  require(has_qcow2_magic(bytes));
  require(header->virtual_size.value > 0 && header->virtual_size.value % 512 == 0);
  require(bytes.find(header->backing_file) != std::string_view::npos);
  require(bytes.find(header->backing_format) != std::string_view::npos);
}

}  // namespace
}  // namespace cowherd::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cowherd::testing::check(cowherd::testing::as_text(data, size));
  return 0;
}
