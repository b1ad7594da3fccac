// SPDX-License-Identifier: Apache-2.0
// Every path of a VM's runtime directory, spelled in one file. The directory is made with its uid file by one rename, so
// it always says whose it is; it lies on a tmpfs and is gone after a reboot.
#pragma once

#include <string>

#include "resources/vocabulary/name.h"

namespace cowherd {

class RuntimeDir {
 public:
  RuntimeDir(const std::string& root, const Uid& uid) : RuntimeDir(root, uid.short12()) {}
  RuntimeDir(const std::string& root, const std::string& name)
      : path_(root + "/" + name), staged_(root + "/.staging-" + name) {}

  const std::string& path() const { return path_; }
  const std::string& staged() const { return staged_; }

  std::string control_socket() const { return path_ + "/qmp.sock"; }   // QMP for what changes the VM
  std::string query_socket() const { return path_ + "/query.sock"; }   // QMP for looks, of any process
  std::string agent_socket() const { return path_ + "/agent.sock"; }   // the guest agent's port
  std::string serial_socket() const { return path_ + "/serial.sock"; } // the console
  std::string events_log() const { return path_ + "/events.log"; }     // QMP events, written by QEMU itself
  std::string vmm_log() const { return path_ + "/qemu.log"; }          // stderr of QEMU

  static constexpr const char* kUidFile = "uid";
  static constexpr const char* kRecordFile = "vm.json";
  static constexpr const char* kEventsIn = "events.in";       // what QEMU's event monitor reads
  static constexpr const char* kStopFile = "stop.json";       // we asked it to stop
  static constexpr const char* kExitFile = "exit.json";       // how the process ended, by who saw it
  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
  std::string staged_;
};

}  // namespace cowherd
