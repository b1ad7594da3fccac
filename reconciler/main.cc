// SPDX-License-Identifier: Apache-2.0
// cowherd: reads the command line, runs the command, ends with its code.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "reconciler/commands/parse_arguments.h"
#include "reconciler/commands/tell.h"

namespace cowherd {

namespace {

ExitCode run(const std::vector<std::string>& arguments) {
  const auto parsed = parse_arguments(arguments);
  if (const auto* answer = std::get_if<Answer>(&parsed)) {
    std::fputs(answer->out.c_str(), stdout);
    std::fputs(answer->err.c_str(), stderr);
    return answer->code;
  }
  return carry_out(std::get<Invocation>(parsed));
}

// A full disk under a redirected stdout is a failure, not a short document.
ExitCode with_output_written(ExitCode code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  tell("write to standard output failed; what was printed is not whole");
  return ExitCode::Failure;
}

}  // namespace

}  // namespace cowherd

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return static_cast<int>(cowherd::with_output_written(cowherd::run(arguments)));
  } catch (const std::exception& error) {  // none is expected: std::bad_alloc at most
    std::fprintf(stderr, "cowherd: internal error: %s\n", error.what());
    return static_cast<int>(cowherd::ExitCode::Failure);
  }
}
