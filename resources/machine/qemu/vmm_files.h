// SPDX-License-Identifier: Apache-2.0
// Everything a VMM uses of this host, opened before it is started and handed on as descriptors. It opens no path but those
// of its own installation, and /proc/self/fd: so it may run as a user that can reach nothing else, and nothing of a
// sandbox changes its owner but a memory image.
#pragma once

#include <optional>
#include <vector>

#include "resources/machine/qemu/command_line.h"
#include "resources/machine/qemu/runtime_record.h"

namespace cowherd {

enum class ImageUse { Shared, Private };  // Private: the VMM will be another user

struct VmmFiles {
  VmmDescriptors at{};
  std::vector<UniqueFd> files{};        // what becomes kExtraDescriptor and the next
  std::optional<LoadedImage> image{};   // what is mapped: for Private perhaps a copy
};

// Precondition: check_spec; the runtime directory is there, without sockets. Corrupt: saved state that cannot be loaded, now
// or ever. Invalid: a disk on a base that is not raw. Absent files are Failed.
Result<VmmFiles> open_vmm_files(const MachineSpec& spec, const RuntimeDir& dir, ImageUse use);

// Lets a VMM that runs as `user` open what QEMU opens by itself: kernel and initrd become readable, behind directories
// that stay closed; a private image becomes the user's.
Status give_vmm_files(const VmmFiles& files, std::uint32_t user);

}  // namespace cowherd
