// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/vmm_files.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "resources/block/qcow2_header.h"
#include "resources/files/publish.h"
#include "resources/files/system_calls.h"
#include "resources/files/unix_socket_address.h"
#include "resources/machine/qemu/device_state.h"
#include "resources/machine/qemu/held_child.h"
#include "resources/machine/qemu/private_image.h"

namespace cowherd {
namespace {

constexpr std::size_t kHeaderLimit = 64 << 10;  // the header and the backing file's name lie in the first cluster

class Opener {
 public:
  Opener(const MachineSpec& spec, const RuntimeDir& dir) : spec_(spec), dir_(dir) {}

  Status open_disk();
  Status open_boot();
  Status open_channels();
  Status open_saved(ImageUse use);
  VmmFiles take() && { return std::move(opened_); }

 private:
  int add(UniqueFd file) {
    opened_.files.push_back(std::move(file));
    return kExtraDescriptor + static_cast<int>(opened_.files.size()) - 1;
  }
  Status open_base(const UniqueFd& overlay);
  Result<int> listen_at(const std::string& path);

  const MachineSpec& spec_;
  const RuntimeDir& dir_;
  VmmFiles opened_{};
};

Status Opener::open_disk() {
  const int direct = is_device_node(spec_.disk_node) ? O_DIRECT : 0;
  COWHERD_ASSIGN(UniqueFd disk, open_path(spec_.disk_node, O_RDWR | direct, "open"));
  if (spec_.disk_format == "qcow2") COWHERD_TRY(open_base(disk));
  opened_.at.disk = add(std::move(disk));
  return {};
}

Status Opener::open_base(const UniqueFd& overlay) {
  std::string head(kHeaderLimit, '\0');
  const ssize_t got = ::pread(overlay.get(), head.data(), head.size(), 0);
  if (got < 0) return fail(path_error(errno, "read", spec_.disk_node));
  head.resize(static_cast<std::size_t>(got));
  COWHERD_ASSIGN(const Qcow2Header header, parse_qcow2_header(head).in("reading '" + spec_.disk_node + "'"));
  if (header.backing_file.empty()) return {};
  if (header.backing_format != "raw") {
    return fail(ErrorKind::Invalid, "'" + spec_.disk_node + "' stands on '" + header.backing_file + "', which is not raw");
  }
  const bool absolute = header.backing_file.front() == '/';
  const std::string path = absolute ? header.backing_file : parent_of(spec_.disk_node) + "/" + header.backing_file;
  COWHERD_ASSIGN(UniqueFd base, open_path(path, O_RDONLY, "open"));
  opened_.at.base = add(std::move(base));
  return {};
}

Status Opener::open_boot() {
  COWHERD_ASSIGN(UniqueFd kernel, open_path(spec_.kernel, O_RDONLY, "open"));
  opened_.at.kernel = add(std::move(kernel));
  if (spec_.initrd.empty()) return {};
  COWHERD_ASSIGN(UniqueFd initrd, open_path(spec_.initrd, O_RDONLY, "open"));
  opened_.at.initrd = add(std::move(initrd));
  return {};
}

Status Opener::open_channels() {
  constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW;
  COWHERD_ASSIGN(UniqueFd log, open_path(spec_.serial_log, kAppend, "create"));
  opened_.at.serial_log = add(std::move(log));
  COWHERD_ASSIGN(opened_.at.control, listen_at(dir_.control_socket()));
  COWHERD_ASSIGN(opened_.at.query, listen_at(dir_.query_socket()));
  COWHERD_ASSIGN(opened_.at.serial, listen_at(dir_.serial_socket()));
  COWHERD_ASSIGN(opened_.at.agent, listen_at(dir_.agent_socket()));
  return {};
}

Result<int> Opener::listen_at(const std::string& path) {
  COWHERD_ASSIGN(const sockaddr_un address, unix_address(path));
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return fail(errno_error(errno, "make a socket"));
  // What is bound gets this mode, less the umask.
  if (::fchmod(socket.get(), S_IRUSR | S_IWUSR) != 0) return fail(errno_error(errno, "close a socket to others"));
  if (::bind(socket.get(), plain(address), sizeof address) != 0) {
    return fail(path_error(errno, "bind", path));
  }
  if (::listen(socket.get(), 1) != 0) return fail(path_error(errno, "listen at", path));
  return add(std::move(socket));
}

// QEMU would make a short image longer.
Result<PrivateImage> open_image(const MachineSpec& spec, ImageUse use) {
  const std::string& path = spec.saved->memory_image;
  const auto unusable = [&] {
    return fail(ErrorKind::Corrupt, "load saved memory: '" + path + "' is no image of " + print_quantity(spec.memory));
  };
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return unusable();
    return fail(path_error(errno, "look at", path));
  }
  if (!S_ISREG(found.st_mode) || static_cast<std::uint64_t>(found.st_size) != spec.memory.value) return unusable();
  if (use == ImageUse::Private) return open_private_image(path);
  COWHERD_ASSIGN(UniqueFd shared, open_path(path, O_RDONLY | O_NOFOLLOW, "open"));
  return PrivateImage{std::move(shared), std::nullopt};
}

Status Opener::open_saved(ImageUse use) {
  if (!spec_.saved) return {};
  COWHERD_ASSIGN(PrivateImage image, open_image(spec_, use));
  struct stat found {};
  if (::fstat(image.file.get(), &found) != 0) return fail(path_error(errno, "look at", spec_.saved->memory_image));
  opened_.image = LoadedImage{spec_.saved->id, spec_.saved->memory_image, found.st_ino, image.copy};
  opened_.at.image = add(std::move(image.file));
  COWHERD_ASSIGN(UniqueFd state,
                 open_device_state(spec_.saved->state_file, {spec_.vcpus, spec_.memory, spec_.network}));
  opened_.at.state = add(std::move(state));
  return {};
}

Status make_readable(const UniqueFd& file) {
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) return fail(errno_error(errno, "look at a boot file"));
  if ((found.st_mode & S_IROTH) != 0) return {};
  if (::fchmod(file.get(), (found.st_mode & 07777) | S_IROTH) == 0) return {};
  return fail(errno_error(errno, "make a boot file readable for the VMM"));
}

}  // namespace

Result<VmmFiles> open_vmm_files(const MachineSpec& spec, const RuntimeDir& dir, ImageUse use) {
  Opener opener(spec, dir);
  const auto open_all = [&]() -> Status {
    COWHERD_TRY(opener.open_saved(use));
    COWHERD_TRY(opener.open_disk());
    COWHERD_TRY(opener.open_boot());
    return opener.open_channels();
  };
  if (const Status opened = open_all(); !opened) {
    Error error = opened.error();
    if (error.kind == ErrorKind::NotFound) error.kind = ErrorKind::Failed;  // an absent file is not an absent VM
    return fail(std::move(error));
  }
  return std::move(opener).take();
}

Status give_vmm_files(const VmmFiles& files, std::uint32_t user) {
  const auto file = [&](int number) -> const UniqueFd& {
    return files.files[static_cast<std::size_t>(number - kExtraDescriptor)];
  };
  COWHERD_TRY(make_readable(file(files.at.kernel)));
  if (files.at.initrd) COWHERD_TRY(make_readable(file(*files.at.initrd)));
  return files.at.image ? give_image(file(*files.at.image), user, files.image->path) : Status{};
}

}  // namespace cowherd
