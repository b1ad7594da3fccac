// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/admission.h"

#include <algorithm>

namespace cowherd {

namespace {

// Room for those that only hear why they are refused; of each uid.
constexpr std::size_t kMostRefusals = 16;

}  // namespace

bool AdmissionBook::may_read(const Peer& peer) const {
  if (is_admin(peer)) return true;
  return rules_.view_group && std::find(peer.groups.begin(), peer.groups.end(), *rules_.view_group) != peer.groups.end();
}

Admission AdmissionBook::enter(const Peer& peer) {
  const auto known = of_uid_.find(peer.uid);
  const std::size_t own = known == of_uid_.end() ? 0 : known->second;
  const bool is_full = all_ >= rules_.most || (!is_admin(peer) && viewers_ >= rules_.most_of_viewers);
  Admission admission = Admission::Reader;
  if (!may_read(peer)) {
    admission = own >= kMostRefusals ? Admission::Full : Admission::Stranger;
  } else if (own >= rules_.most_of_a_uid) {
    admission = own >= rules_.most_of_a_uid + kMostRefusals ? Admission::Full : Admission::TooMany;
  }
  if (is_full || admission == Admission::Full) return Admission::Full;
  ++all_;
  ++of_uid_[peer.uid];
  if (!is_admin(peer)) ++viewers_;
  return admission;
}

void AdmissionBook::leave(const Peer& peer) {
  const auto known = of_uid_.find(peer.uid);
  if (known == of_uid_.end()) return;
  --all_;
  if (!is_admin(peer)) --viewers_;
  if (--known->second == 0) of_uid_.erase(known);
}

}  // namespace cowherd
