// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/device_state.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "resources/files/bulk.h"
#include "resources/files/json.h"
#include "resources/files/linux_file_system.h"
#include "resources/files/system_calls.h"

namespace cowherd {
namespace {

// A guest of one processor has 13 KB; requests that a failing disk did not take add to it, and each processor some more.
constexpr Bytes kMostState = 64_MiB;

std::string print_seal(std::string_view state, const MachineShape& shape) {
  Value seal = Value::map();
  seal.set("sha256", sha256(state).str());
  seal.set("vcpus", shape.vcpus);
  seal.set("memoryBytes", Value(static_cast<std::int64_t>(shape.memory.value)));
  seal.set("network", shape.network == GuestNetwork::User ? "User" : "None");
  return "\n" + print_json(seal, JsonStyle::Compact) + "\n";
}

// Where the line of ours begins, with the line end before it.
std::size_t end_of_state(std::string_view content) {
  if (content.empty() || content.back() != '\n') return std::string::npos;
  return content.rfind('\n', content.size() - 2);
}

Result<UniqueFd> in_memory(std::string_view state) {
  UniqueFd file(::memfd_create("device-state", MFD_CLOEXEC));
  if (!file.valid()) return fail(errno_error(errno, "make a memfd"));
  COWHERD_TRY(write_all(file.get(), state, "memfd of device state"));
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return fail(errno_error(errno, "rewind a memfd"));
  return file;
}

}  // namespace

Status seal_device_state(const std::string& path, const MachineShape& shape) {
  LinuxFileSystem files;
  COWHERD_ASSIGN(const std::string state, files.read(path, kMostState));
  if (state.empty()) return fail(ErrorKind::Failed, "QEMU wrote nothing to '" + path + "'");
  COWHERD_ASSIGN(const UniqueFd file, open_path(path, O_WRONLY | O_APPEND | O_NOFOLLOW, "open"));
  return write_all(file.get(), print_seal(state, shape), path);
}

Result<UniqueFd> open_device_state(const std::string& path, const MachineShape& shape) {
  LinuxFileSystem files;
  const Result<std::string> content = files.read(path, kMostState);
  if (!content && (content.error().kind == ErrorKind::NotFound || content.error().kind == ErrorKind::Invalid)) {
    return fail(ErrorKind::Corrupt, "load saved device state: " + content.error().message);
  }
  if (!content) return fail(content.error());
  const std::size_t end = end_of_state(*content);
  if (end == std::string::npos) {
    return fail(ErrorKind::Corrupt, "load saved device state: '" + path + "' is no such file, or not whole");
  }
  const std::string_view state = std::string_view(*content).substr(0, end);
  if (content->substr(end) != print_seal(state, shape)) {
    return fail(ErrorKind::Corrupt, "load saved device state: '" + path + "' is damaged, or of a machine of another shape");
  }
  return in_memory(state);
}

}  // namespace cowherd
