// SPDX-License-Identifier: Apache-2.0
// Device-mapper tables as values that print and parse the kernel's text
// (Linux Documentation/admin-guide/device-mapper/{linear,zero,snapshot}.rst).
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "resources/vocabulary/quantity.h"

namespace cowherd {

// A block device as tables name it. The kernel prints major:minor whatever was loaded.
struct DeviceNumber {
  unsigned major = 0;
  unsigned minor = 0;
  auto operator<=>(const DeviceNumber&) const = default;
};
std::string to_string(DeviceNumber device);  // "7:3"

struct LinearTarget {  // "<device> <offset>"
  DeviceNumber device{};
  Sectors offset{};
  bool operator==(const LinearTarget&) const = default;
};
struct ZeroTarget {
  bool operator==(const ZeroTarget&) const = default;
};
// "<origin> <cow> PO <chunk>": persistent, with overflow support (a full store reports Overflow and keeps
// reading).
struct SnapshotTarget {
  DeviceNumber origin{};
  DeviceNumber cow{};
  Sectors chunk{8};
  bool operator==(const SnapshotTarget&) const = default;
};
// A target this program did not make; kept as text so that a foreign table prints and compares.
struct OtherTarget {
  std::string type{};
  std::string params{};
  bool operator==(const OtherTarget&) const = default;
};

struct DmTarget {
  Sectors start{};
  Sectors length{};
  std::variant<LinearTarget, ZeroTarget, SnapshotTarget, OtherTarget> what{};
  bool operator==(const DmTarget&) const = default;
  std::string type() const;    // "snapshot"
  std::string params() const;  // as the kernel wants it
};

using DmTable = std::vector<DmTarget>;

std::string print_table(const DmTable& table);
// From what the kernel lists; never fails: what is not understood becomes OtherTarget.
DmTarget parse_target(Sectors start, Sectors length, std::string_view type, std::string_view params);

// "<used>/<total> <metadata>" in sectors, or a word (Documentation/admin-guide/device-mapper/snapshot.rst).
struct SnapshotUsage {
  Sectors used{};
  Sectors total{};
  Sectors metadata{};
  bool operator==(const SnapshotUsage&) const = default;
};
enum class SnapshotFault { Invalid, Overflow, MergeFailed, Unreadable };
using SnapshotStatus = std::variant<SnapshotUsage, SnapshotFault>;
SnapshotStatus parse_snapshot_status(std::string_view params);

}  // namespace cowherd
