// SPDX-License-Identifier: Apache-2.0
// What a process has mapped: the lines of /proc/<pid>/maps (proc(5)), "<begin>-<end> rwxp …" with hexadecimal
// addresses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "resources/vocabulary/quantity.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

// The lines, at most 64 MiB of them (Exhausted). NotFound: no such process.
Result<std::string> read_process_maps(int pid);

// Whether every byte of the range is mapped privately; the range may consist of several adjacent mappings. A
// line that does not parse maps nothing.
bool is_mapped_privately(std::string_view maps, std::uint64_t address, Bytes size);

}  // namespace cowherd
