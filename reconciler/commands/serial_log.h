// SPDX-License-Identifier: Apache-2.0
// A sandbox's serial log as it is read: serial.log and what was cut from it, serial.log.1 (resources/machine/qemu,
// log_file.h: the end is copied to serial.log.1, then serial.log is emptied, while the VM goes on appending).
#pragma once

#include <cstdint>
#include <string>

#include "resources/files/file_system.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

class SerialLog {
 public:
  // path: of serial.log.
  explicit SerialLog(std::string path) : path_(std::move(path)) {}

  // All that is kept, oldest first. A log that was never written is empty. The next more() goes on after it.
  Result<std::string> kept();
  // What was written since the last call, over any number of cuts; what was cut before it was read is lost, and said so
  // in the text. Empty when there is nothing new.
  Result<std::string> more();

 private:
  std::string cut_path() const { return path_ + ".1"; }
  void remember(const std::string& text);
  // What serial.log.1 holds after what was read last.
  Result<std::string> missed() const;

  std::string path_;
  FileStamp cut_{};            // serial.log.1 as it was
  std::uint64_t offset_ = 0;   // in serial.log
  std::string last_{};         // the end of what was read, to be found again in serial.log.1
  bool is_being_cut_ = false;  // serial.log.1 is new, serial.log was not emptied yet
};

// Its last lines. A last line without an end counts as one.
std::string last_lines(const std::string& text, std::size_t lines);

}  // namespace cowherd
