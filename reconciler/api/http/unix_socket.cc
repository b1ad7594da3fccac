// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/http/unix_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>

#include "resources/files/linux_file_system.h"
#include "resources/files/publish.h"
#include "resources/files/system_calls.h"
#include "resources/files/unix_socket_address.h"

namespace cowherd {

namespace {

constexpr int kWaitingConnections = 512;
constexpr mode_t kForItsGroup = 0660;
constexpr mode_t kForWhoIsAsked = 0666;

Error with_hint(Error error) {
  if (error.kind == ErrorKind::Invalid) error.hint = "name a shorter one as api.socket in the configuration";
  return error;
}

// Nothing stands at the path, or a socket that nobody listens on.
Status is_free(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return {};
    return fail(path_error(errno, "look at", path));
  }
  if (!S_ISSOCK(found.st_mode)) return fail(ErrorKind::Busy, "listen at '" + path + "': it is there and no socket");
  const auto answered = connect_to(path);
  if (answered || answered.error().kind != ErrorKind::NotFound) {
    return fail(ErrorKind::Busy, "listen at '" + path + "': another program does",
                "stop it, or name another socket as api.socket in the configuration");
  }
  return {};
}

// Bound and listening under a name of its own.
Result<ino_t> listen_at(int fd, const std::string& path, const AdmissionRules& rules) {
  const Result<sockaddr_un> address = unix_address(path);
  if (!address) return fail(with_hint(address.error()));
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail(path_error(errno, "remove", path));
  if (::bind(fd, plain(*address), sizeof *address) != 0) return fail(path_error(errno, "listen at", path));
  const bool has_two = rules.admin_group && rules.view_group && rules.admin_group != rules.view_group;
  const gid_t owner = (rules.admin_group ? rules.admin_group : rules.view_group).value_or(static_cast<gid_t>(-1));
  if (::chown(path.c_str(), static_cast<uid_t>(-1), owner) != 0) return fail(path_error(errno, "change the group of", path));
  if (::chmod(path.c_str(), has_two ? kForWhoIsAsked : kForItsGroup) != 0) return fail(path_error(errno, "change the mode of", path));
  if (::listen(fd, kWaitingConnections) != 0) return fail(path_error(errno, "listen at", path));
  struct stat made {};
  if (::lstat(path.c_str(), &made) != 0) return fail(path_error(errno, "look at", path));
  return made.st_ino;
}

}  // namespace

// Two daemons that begin at once look and rename one after the other: the directory is locked meanwhile.
Result<ListeningSocket> ListeningSocket::open(const std::string& path, const AdmissionRules& rules) {
  LinuxFileSystem files;
  const std::string directory = parent_of(path);
  COWHERD_TRY(make_directories(files, directory));
  COWHERD_ASSIGN(const UniqueFd locked, open_path(directory, O_RDONLY | O_DIRECTORY, "open"));
  if (::flock(locked.get(), LOCK_EX) != 0) return fail(path_error(errno, "lock", directory));
  COWHERD_TRY(is_free(path));
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return fail(errno_error(errno, "make a unix socket"));
  const std::string staged = path + ".new";
  COWHERD_ASSIGN(const ino_t inode, listen_at(fd.get(), staged, rules));
  if (::rename(staged.c_str(), path.c_str()) != 0) return fail(path_error(errno, "name a socket", path));
  return ListeningSocket(std::move(fd), path, inode);
}

ListeningSocket::~ListeningSocket() {
  struct stat found {};
  const bool is_ours = fd_.valid() && ::lstat(path_.c_str(), &found) == 0 && found.st_ino == inode_;
  if (is_ours) ::unlink(path_.c_str());
}

Result<UniqueFd> connect_to(const std::string& path) {
  Result<UniqueFd> fd = connect_unix(path);
  if (fd) return fd;
  const int why = fd.error().errno_value;
  if (why == 0) return fail(with_hint(fd.error()));
  if (why != ECONNREFUSED) return fail(path_error(why, "connect to", path));
  return fail(ErrorKind::NotFound, "connect to '" + path + "': nobody listens there");
}

Result<Peer> peer_of(int fd) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return fail(errno_error(errno, "ask who connected"));
  }
  Peer peer{credentials.uid, {credentials.gid}};
  std::vector<gid_t> groups(1024);
  size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0) {
    groups.resize(size / sizeof(gid_t));
    peer.groups.insert(peer.groups.end(), groups.begin(), groups.end());
  }
  return peer;
}

}  // namespace cowherd
