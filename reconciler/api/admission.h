// SPDX-License-Identifier: Apache-2.0
// Who may ask for what, and how many connections each may have. Peers are known by the kernel's word (SO_PEERCRED, unix(7)), not by
// anything they say. Pure.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace cowherd {

struct Peer {
  uid_t uid = 0;
  std::vector<gid_t> groups{};  // primary and supplementary
};

struct AdmissionRules {
  uid_t own_uid = 0;                     // of the daemon: as good as root
  std::optional<gid_t> admin_group{};    // whose members may order and read
  std::optional<gid_t> view_group{};     // whose members may read
  std::size_t most = 512;
  std::size_t most_of_a_uid = 256;
  std::size_t most_of_viewers = 384;     // of all that are not root or the daemon's own user, so that those always get in
};

enum class Admission {
  Admin,     // may read and order
  Reader,
  Stranger,  // may not read, and is told so
  TooMany,   // is told so
  Full,      // there is not even room for telling
};

class AdmissionBook {
 public:
  explicit AdmissionBook(AdmissionRules rules) : rules_(rules) {}

  // Counts the connection in, unless it is Full.
  Admission enter(const Peer& peer);
  void leave(const Peer& peer);

 private:
  bool is_own(const Peer& peer) const { return peer.uid == 0 || peer.uid == rules_.own_uid; }
  Admission admission_of(const Peer& peer) const;

  AdmissionRules rules_;
  std::size_t all_ = 0;
  std::size_t viewers_ = 0;
  std::map<uid_t, std::size_t> of_uid_{};
};

}  // namespace cowherd
