// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/admission.h"

#include <algorithm>

namespace cowherd {

namespace {

// Room for those that only hear why they are refused; of each uid.
constexpr std::size_t kMostRefusals = 16;

bool is_member(const Peer& peer, const std::optional<gid_t>& group) {
  return group && std::find(peer.groups.begin(), peer.groups.end(), *group) != peer.groups.end();
}

}  // namespace

Admission AdmissionBook::admission_of(const Peer& peer) const {
  if (is_own(peer) || is_member(peer, rules_.admin_group)) return Admission::Admin;
  return is_member(peer, rules_.view_group) ? Admission::Reader : Admission::Stranger;
}

Admission AdmissionBook::enter(const Peer& peer) {
  const auto known = of_uid_.find(peer.uid);
  const std::size_t own = known == of_uid_.end() ? 0 : known->second;
  const bool is_full = all_ >= rules_.most || (!is_own(peer) && viewers_ >= rules_.most_of_viewers);
  Admission admission = admission_of(peer);
  if (admission == Admission::Stranger) {
    if (own >= kMostRefusals) admission = Admission::Full;
  } else if (own >= rules_.most_of_a_uid) {
    admission = own >= rules_.most_of_a_uid + kMostRefusals ? Admission::Full : Admission::TooMany;
  }
  if (is_full || admission == Admission::Full) return Admission::Full;
  ++all_;
  ++of_uid_[peer.uid];
  if (!is_own(peer)) ++viewers_;
  return admission;
}

void AdmissionBook::leave(const Peer& peer) {
  const auto known = of_uid_.find(peer.uid);
  if (known == of_uid_.end()) return;
  --all_;
  if (!is_own(peer)) --viewers_;
  if (--known->second == 0) of_uid_.erase(known);
}

}  // namespace cowherd
