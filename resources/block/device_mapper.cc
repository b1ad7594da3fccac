// SPDX-License-Identifier: Apache-2.0
#include "resources/block/device_mapper.h"

#include <algorithm>

namespace cowherd {

Result<std::vector<DmDevice>> DeviceMapper::find(const std::vector<std::string>& names,
                                                 const std::vector<std::string>& uuids) {
  const auto has = [](const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  COWHERD_ASSIGN(std::vector<DmDevice> devices, list());
  std::erase_if(devices, [&](const DmDevice& device) { return !has(names, device.name) && !has(uuids, device.uuid); });
  return devices;
}

}  // namespace cowherd
