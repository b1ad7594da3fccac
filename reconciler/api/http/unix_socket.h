// SPDX-License-Identifier: Apache-2.0
// Unix stream sockets by path (unix(7)): a listening one that replaces what a dead daemon left and nothing else, and who is
// at the other end of a connection.
#pragma once

#include <sys/types.h>

#include <string>

#include "reconciler/api/admission.h"
#include "resources/files/unique_fd.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// A listening socket. It has its name from the moment on at which it has its mode and group (0660, of the one group that has
// any rights; 0666 when there are two, since a file has but one: who connects is asked then); the name goes with it, unless it
// is another's by then.
class ListeningSocket {
 public:
  // Makes the directory when it is missing. Busy: somebody answers there, or what is there is no socket.
  static Result<ListeningSocket> open(const std::string& path, const AdmissionRules& rules);
  ListeningSocket(ListeningSocket&& other) noexcept = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  int fd() const { return fd_.get(); }

 private:
  ListeningSocket(UniqueFd fd, std::string path, ino_t inode) : fd_(std::move(fd)), path_(std::move(path)), inode_(inode) {}

  UniqueFd fd_;
  std::string path_;
  ino_t inode_ = 0;
};

// A connected socket that does not block. NotFound: nobody listens there. Denied: not for us. Busy: too many are waiting.
Result<UniqueFd> connect_to(const std::string& path);

// Who connected, as they were at that time. Failed where the kernel does not tell.
Result<Peer> peer_of(int fd);

}  // namespace cowherd
