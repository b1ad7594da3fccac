// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/program_output.h"

#include "resources/process/child_process.h"

namespace cowherd {

namespace {

constexpr std::size_t kLongestLine = 4096;

}  // namespace

Result<std::string> first_line_of(const std::string& program, const std::vector<std::string>& arguments, Span most) {
  std::string text;
  std::stop_source enough;
  ChildProcess child;
  child.program = program;
  child.arguments = arguments;
  child.silence = most;
  child.stop = enough.get_token();
  child.on_output = [&](std::string_view output) {
    text += output.substr(0, kLongestLine - text.size());
    if (text.size() >= kLongestLine) enough.request_stop();  // one that talks on and on
  };
  const auto ended = run_child(child);
  const std::string line = text.substr(0, text.find('\n'));
  if (!line.empty()) return line;
  if (!ended) return fail(ended.error());
  return fail(ErrorKind::Failed, "run '" + program + "': it said nothing");
}

}  // namespace cowherd
