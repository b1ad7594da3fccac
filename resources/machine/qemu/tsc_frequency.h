// SPDX-License-Identifier: Apache-2.0
// The rate of this host's time stamp counter, which is also the guest's under TCG (QEMU passes the host's counter on).
// microvm offers Linux nothing but the PIT to calibrate it against, and on a busy host that fails under TCG: the guest then
// has no clock at all and hangs at boot. So it is told: tsc_early_khz, Linux Documentation/admin-guide/kernel-parameters.
#pragma once

#include <cstdint>
#include <optional>

namespace cowherd {

// Blocks for about 25 ms. Exact to some parts in a million. Nothing on hosts that are not x86-64.
std::optional<std::uint64_t> measure_tsc_khz();

}  // namespace cowherd
