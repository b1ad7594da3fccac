// SPDX-License-Identifier: Apache-2.0
// Short handles of bases for people: eight letters and digits, always the same for the same revision or capture, also in
// an index made anew. Two bases may come out alike: whoever looks one up takes every base that has it.
#pragma once

#include <string>
#include <string_view>

#include "resources/vocabulary/name.h"

namespace cowherd {

inline constexpr std::size_t kBaseIdLength = 8;

std::string base_id_of(const Digest& revision);
std::string base_id_of(const Uid& capture);
// Eight of [0-9A-Za-z].
bool is_base_id(std::string_view text);

}  // namespace cowherd
