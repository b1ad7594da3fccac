// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_loop_devices.h"

#include <algorithm>

namespace cowherd::testing {

namespace {

constexpr unsigned kLoopMajor = 7;

Bytes whole_sectors(Bytes size) { return Bytes{size.value / 512 * 512}; }

}  // namespace

class FakeLoopDevices::Handle final : public LoopHandle {
 public:
  Handle(FakeLoopDevices& loops, const Loop& held) : loops_(loops), loop_(held.loop), life_(held.life), made_(held.holders == 0 && held.loop.autoclear) {
    loops_.hold(loop_.device);
  }
  ~Handle() override {
    const auto found = loops_.loops_.find(loop_.device.minor);
    if (found != loops_.loops_.end() && found->second.life == life_) loops_.release(loop_.device);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  const LoopDevice& loop() const override { return loop_; }
  bool made() const override { return made_; }
  Result<std::string> read_front(Bytes count) override {
    return loops_.faults_.call("loop.read " + to_string(loop_.device), [&]() -> Result<std::string> {
      std::string front = loops_.front_of(loop_.device);
      front.resize(std::min(count, loop_.size).value, '\0');
      return front;
    });
  }

 private:
  FakeLoopDevices& loops_;
  LoopDevice loop_;
  int life_;
  bool made_;
};

Result<std::vector<LoopDevice>> FakeLoopDevices::list() {
  return faults_.call("loop.list", [&]() -> Result<std::vector<LoopDevice>> {
    if (refusal_) return fail(*refusal_);
    std::vector<LoopDevice> all;
    for (const auto& [minor, loop] : loops_) all.push_back(loop.loop);
    return all;
  });
}

Result<std::unique_ptr<LoopHandle>> FakeLoopDevices::attach(const std::string& file, LoopAccess access) {
  return faults_.call("loop.attach " + file, [&]() -> Result<std::unique_ptr<LoopHandle>> {
    if (refusal_) return fail(*refusal_);
    COWHERD_ASSIGN(const FileStamp stamp, files_.stamp_of(file));
    if (stamp.type != FileType::Regular)
      return fail(ErrorKind::Invalid, "attach '" + file + "': no regular file");
    for (const auto& [minor, loop] : loops_) {
      if (loop.loop.backing != stamp.id) continue;
      if (loop.loop.access != access) {
        return fail(ErrorKind::Busy,
                    "attach '" + file + "': " + to_string(loop.loop.device) + " has it otherwise");
      }
      return std::unique_ptr<LoopHandle>(std::make_unique<Handle>(*this, loop));
    }
    return std::unique_ptr<LoopHandle>(std::make_unique<Handle>(*this, loops_.at(add(file, stamp, access))));
  });
}

Status FakeLoopDevices::refresh_size(DeviceNumber device) {
  return faults_.call("loop.refresh " + to_string(device), [&]() -> Status {
    if (refusal_) return fail(*refusal_);
    if (find(device) == nullptr) return fail(ErrorKind::NotFound, "refresh loop device " + to_string(device));
    Loop& loop = loops_.at(device.minor);
    COWHERD_ASSIGN(const FileStamp stamp, files_.stamp_of(loop.file));
    loop.loop.size = whole_sectors(stamp.size);
    return {};
  });
}

DeviceNumber FakeLoopDevices::add_foreign(const std::string& file, LoopAccess access) {
  const unsigned minor = add(file, files_.stamp_of(file).value(), access);
  loops_.at(minor).loop.autoclear = false;
  return {kLoopMajor, minor};
}

unsigned FakeLoopDevices::add(const std::string& file, const FileStamp& stamp, LoopAccess access) {
  unsigned minor = 0;
  while (loops_.contains(minor)) ++minor;
  loops_[minor] =
      Loop{{{kLoopMajor, minor}, stamp.id, access, true, whole_sectors(stamp.size)}, file, 0, ++lives_};
  return minor;
}

const LoopDevice* FakeLoopDevices::find(DeviceNumber device) const {
  const auto found = loops_.find(device.minor);
  return device.major != kLoopMajor || found == loops_.end() ? nullptr : &found->second.loop;
}

void FakeLoopDevices::release(DeviceNumber device) {
  Loop& loop = loops_.at(device.minor);
  loop.holders -= 1;
  if (loop.holders == 0 && loop.loop.autoclear) loops_.erase(device.minor);
}

std::string FakeLoopDevices::front_of(DeviceNumber device) const {
  const auto found = loops_.find(device.minor);
  if (found == loops_.end()) return "";
  const auto content = files_.content_of(found->second.file);
  return content ? content->bytes.substr(0, 64 << 10) : "";
}

Bytes FakeLoopDevices::data_of(DeviceNumber device) const {
  const auto content = files_.content_of(loops_.at(device.minor).file);
  return Bytes{content ? content->bytes.size() : 0};
}

bool FakeLoopDevices::append(DeviceNumber device, std::string_view bytes) {
  if (files_.capacity() < files_.used() + Bytes{bytes.size()}) return false;
  write_front(device, data_of(device).value, bytes);
  return true;
}

void FakeLoopDevices::write_front(DeviceNumber device, std::size_t offset, std::string_view bytes) {
  const std::string& file = loops_.at(device.minor).file;
  FakeContent content = files_.content_of(file).value();
  content.bytes.resize(std::max(content.bytes.size(), offset + bytes.size()), '\0');
  content.bytes.replace(offset, bytes.size(), bytes);
  static_cast<void>(files_.set_content(file, std::move(content)));
}

}  // namespace cowherd::testing
