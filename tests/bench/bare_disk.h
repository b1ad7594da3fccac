// SPDX-License-Identifier: Apache-2.0
// The least that one sandbox disk takes: its store made durable, its loop, its device, by bare system calls and
// libdevmapper. It checks nothing, mends nothing and is not safe against anything. Every failure ends the program.
#pragma once

#include <cstdint>
#include <string>

namespace bare {

struct Disk {
  std::string name{};
  std::string directory{};  // exists; the store becomes rootfs.cow in it
  unsigned image_minor = 0;  // of the shared loop on the image
  std::uint64_t image_sectors = 0;
  std::uint64_t sectors = 0;
  std::uint64_t store_bytes = 0;
};

// Attached until the program ends. The minor number of its loop.
unsigned attach_image(const std::string& image);
void create_store(const Disk& disk);
void activate(const Disk& disk);
void deactivate(const Disk& disk);

}  // namespace bare
