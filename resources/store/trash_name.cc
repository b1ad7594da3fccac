// SPDX-License-Identifier: Apache-2.0
#include "resources/store/trash_name.h"

#include <algorithm>
#include <array>

namespace cowherd {

std::string print_trash_name(const TrashName& name) {
  return name.kind + "-" + name.object + "-" + name.id8 + "-" + print_compact(name.since);
}

std::optional<TrashName> parse_trash_name(std::string_view text) {
  const std::size_t kind_end = text.find('-');
  const std::size_t time_begin = text.rfind('-');
  if (kind_end == std::string_view::npos || time_begin <= kind_end) return std::nullopt;
  const std::size_t id_begin = text.rfind('-', time_begin - 1);
  if (id_begin <= kind_end || time_begin - id_begin != 9) return std::nullopt;
  TrashName name;
  name.kind = text.substr(0, kind_end);
  name.object = text.substr(kind_end + 1, id_begin - kind_end - 1);
  name.id8 = text.substr(id_begin + 1, 8);
  const std::optional<Moment> since = parse_compact(text.substr(time_begin + 1));
  constexpr std::array<std::string_view, 5> kKinds{"sandbox", "disk", "memory", "revision", "snapshot"};
  if (!since || std::find(kKinds.begin(), kKinds.end(), name.kind) == kKinds.end()) return std::nullopt;
  name.since = *since;
  if (print_trash_name(name) != text) return std::nullopt;
  return name;
}

}  // namespace cowherd
