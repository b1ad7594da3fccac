// SPDX-License-Identifier: Apache-2.0
// Listens on this host and gives every connection to a new process of one program, as inetd does; or to nobody: then the
// client waits for an answer that never comes.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "resources/files/unique_fd.h"

namespace cowherd::testing {

class InetdServer {
 public:
  // command: the program, absolute, and its arguments; empty: nobody. on_connect is called from the server's thread.
  explicit InetdServer(std::vector<std::string> command, std::function<void()> on_connect = {});
  ~InetdServer();
  InetdServer(const InetdServer&) = delete;
  InetdServer& operator=(const InetdServer&) = delete;

  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve();
  void start(int connection);

  std::vector<std::string> command_;
  std::function<void()> on_connect_;
  UniqueFd listener_{};
  UniqueFd end_{};
  int port_ = 0;
  std::vector<UniqueFd> unanswered_{};
  std::vector<int> started_{};
  std::thread thread_{};
};

}  // namespace cowherd::testing
