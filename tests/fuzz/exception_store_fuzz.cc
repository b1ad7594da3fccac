// SPDX-License-Identifier: Apache-2.0
// Any bytes as the front of an exception store: what the kernel would take for a fresh one is never called anything else.
#include "resources/block/exception_store.h"
#include "tests/fuzz/input.h"

namespace cowherd::testing {
namespace {

void check(std::string_view bytes) {
  const auto header = read_store_header(bytes);
  const bool zero_magic = bytes.size() >= 4 && bytes.substr(0, 4) == std::string_view("\0\0\0\0", 4);
  if (header && zero_magic) require(*header == StoreHeader::Fresh);
  if (header && *header == StoreHeader::Fresh) require(zero_magic);
  if (!header) require(header.error().kind == ErrorKind::Corrupt);
}

}  // namespace
}  // namespace cowherd::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cowherd::testing::check(cowherd::testing::as_text(data, size));
  return 0;
}
