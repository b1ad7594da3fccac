// SPDX-License-Identifier: Apache-2.0
// What a guest wrote, for a terminal: it may not move the cursor, set titles or answer for the person who reads. Line ends
// stay, colours go, every other control character is shown (^G, <U+009B>, \xff). Bytes come in pieces of any size.
#pragma once

#include <string>
#include <string_view>

namespace cowherd {

class HarmlessText {
 public:
  // What can be shown now; the beginning of a sequence waits for its rest.
  std::string take(std::string_view bytes);
  // What still waited, at the end.
  std::string rest();

 private:
  std::string waiting_{};
};

}  // namespace cowherd
