// SPDX-License-Identifier: Apache-2.0
// Any bytes as sandbox.json and revision.json: Corrupt, or an identity that is written and read back unchanged.
#include "resources/store/identity.h"
#include "tests/fuzz/input.h"

namespace cowherd::testing {
namespace {

template <class Identity>
void check(const Result<Identity>& read, Result<Identity> (*parse)(std::string_view)) {
  if (!read) {
    require(read.error().kind == ErrorKind::Corrupt);
    return;
  }
  const auto again = parse(print_identity(*read));
  require(again.has_value() && *again == *read);
}

}  // namespace
}  // namespace cowherd::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = cowherd::testing::as_text(data, size);
  cowherd::testing::check(cowherd::parse_sandbox_identity(text), cowherd::parse_sandbox_identity);
  cowherd::testing::check(cowherd::parse_revision_identity(text), cowherd::parse_revision_identity);
  return 0;
}
