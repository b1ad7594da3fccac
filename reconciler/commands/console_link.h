// SPDX-License-Identifier: Apache-2.0
// Between the standard streams and a guest's console. A terminal is in raw mode meanwhile and is restored whatever
// happens, also on a signal; ^] ends it there. Input that is no terminal is copied, and the end of it is followed by what
// the guest still says, until it is silent.
#pragma once

#include <csignal>

#include "resources/files/unique_fd.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// What would end or stop the process comes as a descriptor while this lives. Made before any other thread is, so that
// every thread inherits the mask.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  int fd() const { return fd_.get(); }
  // The one that ends the process; 0 for none. A stop from outside would leave a terminal raw: it is not obeyed.
  int take() const;

 private:
  sigset_t before_{};
  UniqueFd fd_{};
};

enum class LinkEnd {
  Detached,   // ^], or the end of the input and of the answers
  Closed,     // the VM is gone
  Signalled,  // by `signal`, for who called to act on
};
struct LinkEnded {
  LinkEnd how = LinkEnd::Detached;
  int signal = 0;
};

// Until one of them ends. The socket does not block.
Result<LinkEnded> link_console(UniqueFd socket, const HeldSignals& signals);

}  // namespace cowherd
