// SPDX-License-Identifier: Apache-2.0
#include "reconciler/actions/quiesce.h"

namespace cowherd {

namespace {

constexpr Span kDeadline = std::chrono::seconds{10};

}  // namespace

Status quiesce(Host& host, const Uid& uid) {
  COWHERD_TRY(host.store.mark_quiesced(uid));
  Status quiesced = host.machines.quiesce(uid, kDeadline);
  if (quiesced) return quiesced;
  Error error = std::move(quiesced).error().because("QuiesceFailed").with_hint(
      "the guest needs qemu-guest-agent on its virtio-serial port, or declare consistency: Crash");
  const Status cleared = host.store.clear_quiesced(uid);
  return fail(cleared ? std::move(error) : std::move(error).and_also(cleared.error()));
}

Status unquiesce(Host& host, const Uid& uid) {
  COWHERD_TRY(host.machines.unquiesce(uid, kDeadline));
  return host.store.clear_quiesced(uid);
}

}  // namespace cowherd
