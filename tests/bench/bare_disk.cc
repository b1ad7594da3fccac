// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bare_disk.h"

#include <fcntl.h>
#include <libdevmapper.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bare {

namespace {

void need(bool holds, const char* what) {
  if (holds) return;
  std::perror(what);
  std::exit(1);
}

int attach(const std::string& file, int mode, std::uint32_t flags, unsigned& minor) {
  const int control = ::open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  const int backing = ::open(file.c_str(), mode | O_CLOEXEC);
  need(control >= 0 && backing >= 0, file.c_str());
  const int number = ::ioctl(control, LOOP_CTL_GET_FREE);
  const int loop = ::open(("/dev/loop" + std::to_string(number)).c_str(), mode | O_CLOEXEC);
  loop_config config{};
  config.fd = static_cast<__u32>(backing);
  config.info.lo_flags = flags;
  need(loop >= 0 && ::ioctl(loop, LOOP_CONFIGURE, &config) == 0, "configure a loop");
  ::close(backing);
  ::close(control);
  minor = static_cast<unsigned>(number);
  return loop;
}

struct Target {
  std::uint64_t start;
  std::uint64_t length;
  const char* type;
  std::string params;
};

void create(const std::string& name, const Target* targets, int count) {
  dm_task* task = ::dm_task_create(DM_DEVICE_CREATE);
  need(task != nullptr && ::dm_task_set_name(task, name.c_str()) != 0 && ::dm_task_set_uuid(task, ("BARE-" + name).c_str()) != 0,
       "prepare a device");
  for (int i = 0; i < count; ++i) {
    need(::dm_task_add_target(task, targets[i].start, targets[i].length, targets[i].type, targets[i].params.c_str()) != 0, "add a target");
  }
  need(::dm_task_run(task) != 0, "create a device");
  ::dm_task_destroy(task);
  ::dm_task_update_nodes();  // else the next user of the library in this process makes the node
}

unsigned minor_of(const std::string& name) {
  dm_task* task = ::dm_task_create(DM_DEVICE_INFO);
  dm_info info{};
  need(task != nullptr && ::dm_task_set_name(task, name.c_str()) != 0 && ::dm_task_run(task) != 0 &&
           ::dm_task_get_info(task, &info) != 0, "look at a device");
  ::dm_task_destroy(task);
  return info.minor;
}

void remove(const std::string& name) {
  dm_task* task = ::dm_task_create(DM_DEVICE_REMOVE);
  need(task != nullptr && ::dm_task_set_name(task, name.c_str()) != 0 && ::dm_task_run(task) != 0, "remove a device");
  ::dm_task_destroy(task);
  ::dm_task_update_nodes();
}

}  // namespace

unsigned attach_image(const std::string& image) {
  unsigned minor = 0;
  attach(image, O_RDONLY, LO_FLAGS_AUTOCLEAR | LO_FLAGS_READ_ONLY, minor);
  return minor;
}

void create_store(const Disk& disk) {
  const std::string staged = disk.directory + "/.staging-rootfs.cow";
  const std::string target = disk.directory + "/rootfs.cow";
  std::string front(8192, '\0');
  const std::uint32_t header[] = {0x70416e53, 1, 1, 8};  // little-endian hosts only
  std::memcpy(front.data(), header, sizeof header);
  const int store = ::open(staged.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  need(store >= 0 && ::write(store, front.data(), front.size()) == static_cast<ssize_t>(front.size()) &&
           ::ftruncate(store, static_cast<off_t>(disk.store_bytes)) == 0 && ::fsync(store) == 0,
       "make a store");
  ::close(store);
  need(::rename(staged.c_str(), target.c_str()) == 0, "rename");
  const int directory = ::open(disk.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  need(directory >= 0 && ::fsync(directory) == 0, "sync a directory");
  ::close(directory);
}

void activate(const Disk& disk) {
  unsigned cow = 0;
  const int loop = attach(disk.directory + "/rootfs.cow", O_RDWR, LO_FLAGS_AUTOCLEAR, cow);
  std::string origin = "7:" + std::to_string(disk.image_minor);
  if (disk.sectors > disk.image_sectors) {
    const Target base[] = {{0, disk.image_sectors, "linear", origin + " 0"},
                           {disk.image_sectors, disk.sectors - disk.image_sectors, "zero", ""}};
    create(disk.name + "-base", base, 2);
    origin = "/dev/dm-" + std::to_string(minor_of(disk.name + "-base"));
  }
  const Target root[] = {{0, disk.sectors, "snapshot", origin + " 7:" + std::to_string(cow) + " PO 8"}};
  create(disk.name, root, 1);
  ::close(loop);
}

void deactivate(const Disk& disk) {
  remove(disk.name);
  if (disk.sectors > disk.image_sectors) remove(disk.name + "-base");
}

}  // namespace bare
