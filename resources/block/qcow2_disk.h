// SPDX-License-Identifier: Apache-2.0
// The qcow2 disk driver: an overlay rootfs.qcow2 per sandbox on the template's raw image, for hosts without
// device-mapper and for running without root. There is no device: the disk is active as soon as its file
// exists. QEMU locks the file while a VM has it open, so growing it then is Busy. Holds no state; safe from
// any thread, for different disks at a time.
#pragma once

#include <string>

#include "resources/block/disk.h"
#include "resources/block/image_tools.h"

namespace cowherd {


class Qcow2Driver final : public DiskDriver {
 public:
  Qcow2Driver(ImageTools& images, FileSystem& files) : images_(images), files_(files) {}

  Fact<DiskState> look(const DiskPlan& disk) override;
  Result<Effect> create(const DiskPlan& disk) override;
  // NotFound without a store; Corrupt when the overlay cannot be used. Changes nothing but makes the name
  // durable.
  Result<Effect> activate(const DiskPlan& disk) override;
  Result<Effect> deactivate(const DiskPlan& disk) override;
  // In place: QEMU writes the larger tables elsewhere before the header says the new size, so a cut leaves
  // either size.
  Result<Effect> grow(const DiskPlan& disk) override;
  // Unchanged: the overlay grows by itself.
  Result<Effect> grow_store(const DiskPlan& disk) override;
  // Unchanged when the overlay can be used, else Corrupt: QEMU's own check is for people to run.
  Result<Effect> repair_store(const DiskPlan& disk) override;

 private:
  Status usable(const DiskPlan& disk);
  Status make_overlay(const DiskPlan& disk, const std::string& staged);
  // "" when the overlay stands on the plan's base image as raw, else what differs.
  Result<std::string> base_difference(const DiskPlan& disk, const OverlayInfo& overlay);

  ImageTools& images_;
  FileSystem& files_;
};

}  // namespace cowherd
