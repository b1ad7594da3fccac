// SPDX-License-Identifier: Apache-2.0
// What the contract of Machines is tried on.
#pragma once

#include <stdexcept>
#include <string>

#include "resources/machine/machine.h"

namespace cowherd::testing {

// Machines to be tried, and the hands of the world: guests, other processes, a daemon that dies.
class MachinesBed {
 public:
  virtual ~MachinesBed() = default;
  virtual Machines& machines() = 0;
  // From now on machines() is that of another daemon in the same world.
  virtual void restart_daemon() = 0;
  // A VM that can boot. The same number means the same uid and disk.
  virtual MachineSpec spec(int number) = 0;
  virtual MachineSpec spec_that_cannot_start(int number) = 0;
  // Returns when the guest is up and hears what is asked of it.
  virtual void await_guest(const Uid& uid) = 0;
  // These return when the process is dead.
  virtual void guest_shuts_down(const Uid& uid) = 0;
  virtual void guest_resets(const Uid& uid) = 0;
  virtual void kill_process(const Uid& uid) = 0;
  virtual void hang(const Uid& uid) = 0;
  virtual void recover(const Uid& uid) = 0;
  // A VM like that of spec(), on a disk of its own that can be made to take no write.
  virtual MachineSpec spec_with_limited_disk(int number) = 0;
  // From now on that disk takes none. Returns when the guest has written to it and stands still.
  virtual void disk_refuses(const Uid& uid) = 0;

  // The guest keeps a word in its memory and nowhere else, in place of the one before; and says which it has.
  virtual void guest_keeps(const Uid& uid, const std::string& word) = 0;
  virtual std::string kept_by_guest(const Uid& uid) = 0;
  // Of a file that is not there, in a directory that is.
  virtual std::string path(const std::string& name) const = 0;
  // Another file: a memory image of all that the source holds; and what such a file holds.
  virtual void write_image(const MemorySource& memory, const std::string& to) = 0;
  virtual std::string image(const std::string& at) = 0;
  // Changes a byte in the middle of the file, or cuts its second half off.
  virtual void garble(const std::string& at) = 0;
  virtual void cut(const std::string& at) = 0;
};

inline std::string bytes_of(const MemorySource& memory, const PageRange& range) {
  std::string bytes(range.length.value, '\0');
  const Status read = memory.read(range.offset, {bytes.data(), bytes.size()});
  if (!read) throw std::runtime_error(to_string(read.error()));
  return bytes;
}

}  // namespace cowherd::testing
