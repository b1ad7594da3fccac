// SPDX-License-Identifier: Apache-2.0
// What the contract of Machines is tried on.
#pragma once

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
};

}  // namespace cowherd::testing
