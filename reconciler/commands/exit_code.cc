// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/exit_code.h"

#include <algorithm>
#include <array>

namespace cowherd {

ExitCode worst_of(std::initializer_list<ExitCode> codes) {
  constexpr std::array kOrder{ExitCode::Locked, ExitCode::Failure, ExitCode::NothingValid, ExitCode::Timeout,
                              ExitCode::Held,   ExitCode::Partly,  ExitCode::Changes,      ExitCode::Done};
  const auto rank = [&](ExitCode code) { return std::find(kOrder.begin(), kOrder.end(), code) - kOrder.begin(); };
  ExitCode worst = ExitCode::Done;
  for (const ExitCode code : codes) {
    if (rank(code) < rank(worst)) worst = code;
  }
  return worst;
}

}  // namespace cowherd
