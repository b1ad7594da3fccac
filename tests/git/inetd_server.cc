// SPDX-License-Identifier: Apache-2.0
#include "tests/git/inetd_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <stdexcept>
#include <utility>

namespace cowherd::testing {

InetdServer::InetdServer(std::vector<std::string> command, std::function<void()> on_connect)
    : command_(std::move(command)), on_connect_(std::move(on_connect)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), end_(::eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* at = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listener_.get(), at, size) != 0 || ::listen(listener_.get(), 16) != 0 || ::getsockname(listener_.get(), at, &size) != 0) {
    throw std::runtime_error("cannot listen on this host");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

InetdServer::~InetdServer() {
  ::eventfd_write(end_.get(), 1);
  thread_.join();
  for (const int pid : started_) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
}

void InetdServer::serve() {
  while (true) {
    pollfd waiting[2]{{listener_.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}};
    ::poll(waiting, 2, -1);
    if (waiting[1].revents != 0) return;
    UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection.valid()) continue;
    if (!command_.empty()) start(connection.get());
    unanswered_.push_back(std::move(connection));
    if (!command_.empty()) unanswered_.clear();  // the program has its own
    if (on_connect_) on_connect_();
  }
}

void InetdServer::start(int connection) {
  std::vector<char*> arguments;
  for (std::string& argument : command_) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, connection, 0);
  ::posix_spawn_file_actions_adddup2(&actions, connection, 1);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
  pid_t pid = -1;
  if (::posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environ) == 0) started_.push_back(pid);
  ::posix_spawn_file_actions_destroy(&actions);
}

}  // namespace cowherd::testing
