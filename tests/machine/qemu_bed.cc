// SPDX-License-Identifier: Apache-2.0
#include "tests/machine/qemu_bed.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "resources/files/linux_bulk_files.h"

namespace cowherd::testing {
namespace {

const std::string kGuest = COWHERD_GUEST_DIR;

UniqueFd connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) socket.reset();
  return socket;
}

}  // namespace

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool eventually(const std::function<bool()>& holds) {
  const Deadline deadline = Deadline::after(std::chrono::seconds{40});
  while (!holds()) {
    if (deadline.passed()) return false;
    static_cast<void>(::poll(nullptr, 0, 20));
  }
  return true;
}

QemuBed::QemuBed() {
  settings_.accel = Accelerator::Tcg;
  settings_.runtime_dir = dir_ / "run";
  settings_.users = {OwnUsers::Auto, {2'100'000'000, 1000}};
  restart_daemon();
}

QemuBed::~QemuBed() {
  restart_daemon();
  for (const Uid& uid : machines_->list().value_or(std::vector<Uid>{})) {
    EXPECT_TRUE(machines_->stop(uid, StopMode::Kill, Span{0}));
    EXPECT_TRUE(machines_->reap(uid));
  }
}

void QemuBed::restart_daemon() { machines_ = std::make_unique<QemuMachines>(settings_, clock_); }

MachineSpec QemuBed::spec(int number) {
  MachineSpec spec;
  spec.uid = Uid::from_random({static_cast<std::uint8_t>(number), 0x5a});
  spec.name = "box-" + std::to_string(number);
  spec.memory = 128_MiB;
  spec.disk_node = dir_ / (spec.name + ".raw");
  spec.disk_format = "raw";
  spec.kernel = kGuest + "/vmlinuz";
  spec.initrd = kGuest + "/initrd";
  spec.boot_args = {"console=ttyS0", "panic=-1"};
  spec.serial_log = serial_log(spec.uid);
  spec.config_digest = "digest-" + spec.name;
  LinuxBulkFiles bulk;
  const auto copied = bulk.copy(kGuest + "/rootfs.ext4", spec.disk_node, BulkControl{});
  if (!copied && copied.error().kind != ErrorKind::Busy) throw std::runtime_error(to_string(copied.error()));
  return spec;
}

MachineSpec QemuBed::spec_that_cannot_start(int number) {
  MachineSpec broken = spec(number);
  broken.kernel = dir_ / "not-a-kernel";
  std::ofstream(broken.kernel) << "words";
  return broken;
}

int QemuBed::pid_of(const Uid& uid) {
  LinuxFileSystem files;
  const Result<VmRecord> record = read_record(files, runtime(uid), uid);
  if (!record) throw std::runtime_error(to_string(record.error()));
  return record->process.pid;
}

// A client that does not read stops the guest's console after some 300 characters, each of which is a packet of its own.
void QemuBed::drain_consoles() {
  std::array<char, 4096> piece{};
  for (const auto& [pid, console] : consoles_) {
    while (::recv(console.get(), piece.data(), piece.size(), MSG_DONTWAIT) > 0) continue;
  }
}

std::string QemuBed::console_log(const Uid& uid) {
  drain_consoles();
  return read_whole(serial_log(uid));
}

void QemuBed::await_line(const Uid& uid, const std::string& words) {
  if (!eventually([&] { return console_log(uid).find(words) != std::string::npos; })) {
    throw std::runtime_error("the guest never said '" + words + "':\n" + read_whole(serial_log(uid)));
  }
}

void QemuBed::type(const Uid& uid, const std::string& line) {
  UniqueFd& console = consoles_[pid_of(uid)];
  if (!console.valid()) console = connect_to(runtime(uid).serial_socket());
  const std::string typed = line + "\n";
  if (::send(console.get(), typed.data(), typed.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(typed.size())) {
    throw std::runtime_error("the console takes no line");
  }
}

std::string QemuBed::ask_guest(const Uid& uid, const std::string& command) {
  const std::string number = std::to_string(++questions_);
  // The console shows what is typed, too: there the quotes stand between.
  type(uid, "echo \"answer\"-" + number + "- $(" + command + ")-\"end\"");
  const std::string begin = "answer-" + number + "- ";
  std::string log;
  std::size_t at = 0;
  std::size_t end = 0;
  const bool answered = eventually([&] {
    log = console_log(uid);
    at = log.find(begin);
    end = at == std::string::npos ? at : log.find("-end", at);
    return end != std::string::npos;
  });
  if (!answered) throw std::runtime_error("the guest does not answer '" + command + "':\n" + log);
  return log.substr(at + begin.size(), end - at - begin.size());
}

void QemuBed::guest_keeps(const Uid& uid, const std::string& word) {
  static_cast<void>(ask_guest(uid, "echo " + word + " >/run/kept"));
}

void QemuBed::write_image(const MemorySource& memory, const std::string& to) {
  std::ofstream file(to, std::ios::binary);
  Bytes at{};
  while (at < memory.size()) {
    const PageRange data = memory.next_data(at).value();
    const std::string bytes = bytes_of(memory, data);
    file.seekp(static_cast<std::streamoff>(data.offset.value));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    at = data.end();
  }
  file.close();
  std::filesystem::resize_file(to, memory.size().value);
}

std::string QemuBed::image(const std::string& at) { return read_whole(at); }

void QemuBed::garble(const std::string& at) {
  std::string bytes = read_whole(at);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(at, std::ios::binary) << bytes;
}

void QemuBed::cut(const std::string& at) { std::filesystem::resize_file(at, std::filesystem::file_size(at) / 2); }

void QemuBed::tell_and_await_death(const Uid& uid, const std::string& line) {
  LinuxFileSystem files;
  const Result<VmRecord> record = read_record(files, runtime(uid), uid);
  if (!record) throw std::runtime_error(to_string(record.error()));
  const Result<UniqueFd> pidfd = open_process(record->process);
  if (!pidfd) throw std::runtime_error(to_string(pidfd.error()));
  type(uid, line);
  const auto dead = [&] {
    drain_consoles();
    return await_exit(*pidfd, Deadline::after(Span{0})).has_value();
  };
  if (!eventually(dead)) {
    throw std::runtime_error("the guest lives on after '" + line + "':\n" + read_whole(serial_log(uid)));
  }
}

void QemuBed::kill_process(const Uid& uid) {
  LinuxFileSystem files;
  const Result<VmRecord> record = read_record(files, runtime(uid), uid);
  const Result<UniqueFd> pidfd = open_process(record->process);
  if (!signal_process(*pidfd, SIGKILL) || !await_exit(*pidfd, Deadline::after(std::chrono::seconds{10}))) {
    throw std::runtime_error("QEMU does not die");
  }
}

void QemuBed::hang(const Uid& uid) {
  const int pid = pid_of(uid);
  if (::kill(pid, SIGSTOP) != 0) throw std::runtime_error("QEMU cannot be stopped");
  // The signal takes effect a moment later.
  const std::string stat = "/proc/" + std::to_string(pid) + "/stat";
  if (!eventually([&] { return read_whole(stat).find(") T ") != std::string::npos; })) {
    throw std::runtime_error("QEMU goes on");
  }
}

void QemuBed::recover(const Uid& uid) {
  if (::kill(pid_of(uid), SIGCONT) != 0) throw std::runtime_error("QEMU cannot go on");
}

MachineSpec QemuBed::spec_with_limited_disk(int number) {
  MachineSpec limited = spec(number);
  auto& disk = limited_[limited.uid];
  disk = std::make_unique<SealedDisk>(read_whole(limited.disk_node));
  limited.disk_node = disk->path();
  return limited;
}

void QemuBed::disk_refuses(const Uid& uid) {
  if (!limited_.at(uid)->seal()) throw std::runtime_error("the disk is not sealed");
  type(uid, "echo more >>/root/file; sync");
  if (!eventually([&] { return machines_->look({uid})[uid]->phase == MachinePhase::DiskStopped; })) {
    throw std::runtime_error("the guest goes on although its disk takes no write");
  }
}

}  // namespace cowherd::testing
