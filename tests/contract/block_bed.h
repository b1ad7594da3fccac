// SPDX-License-Identifier: Apache-2.0
// What the contracts of the block seams are tested on: a host, fake or real, with an empty directory. Nothing
// but the test touches its loops and devices meanwhile.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "resources/block/device_mapper.h"
#include "resources/block/loop_devices.h"
#include "resources/files/file_system.h"

namespace cowherd::testing {

class BlockBed {
 public:
  virtual ~BlockBed() = default;
  virtual DeviceMapper& dm() = 0;
  virtual LoopDevices& loops() = 0;
  virtual FileSystem& files() = 0;
  virtual std::string root() const = 0;
  // Opens a device node as a VM would, until the result goes.
  virtual std::shared_ptr<void> open_node(const std::string& node) = 0;
};

using MakeBlockBed = std::function<std::unique_ptr<BlockBed>()>;

MATCHER_P(FailsWith, kind, "fails as " + std::string(to_string(kind))) {
  if (arg) {
    *result_listener << "succeeded";
    return false;
  }
  *result_listener << to_string(arg.error());
  return arg.error().kind == kind;
}

MATCHER(Succeeds, "succeeds") {
  if (!arg) *result_listener << to_string(arg.error());
  return static_cast<bool>(arg);
}

}  // namespace cowherd::testing
