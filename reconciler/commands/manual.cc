// SPDX-License-Identifier: Apache-2.0
// cowherd manual: a page as man(1) reads it.
#include "resources/kinds/manual.h"

#include <cstdio>

#include "reconciler/commands/commands.h"
#include "reconciler/commands/manual_page.h"
#include "reconciler/commands/version.h"

namespace cowherd {

ExitCode manual_command(ManualPage page) {
  const std::string text = page == ManualPage::Command ? command_manual(command_shapes()) : manifest_manual(kVersion);
  std::fputs(text.c_str(), stdout);
  return ExitCode::Done;
}

}  // namespace cowherd
