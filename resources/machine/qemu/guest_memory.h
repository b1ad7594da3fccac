// SPDX-License-Identifier: Apache-2.0
// Where the memory of a guest lies in QEMU's process: a memfd after a boot, else a private mapping of the image it was
// loaded from.
#pragma once

#include <cstdint>
#include <string_view>

#include "resources/machine/qemu/runtime_record.h"

namespace cowherd {

// Precondition: the guest is frozen, and the process of the record lives. Failed: its memory is not where it should be.
Result<GuestMemory> open_guest_memory(const VmRecord& record);

// The address at which all `size` bytes of the file with this inode are mapped, privately and writable, by one or more
// adjacent lines of /proc/<pid>/maps (proc(5)). Neither the path counts, which follows renames, nor the device, which differs
// from stat(2) on btrfs. Failed when there is none. Pure.
Result<std::uint64_t> find_image_mapping(std::string_view maps, std::uint64_t inode, Bytes size);

}  // namespace cowherd
