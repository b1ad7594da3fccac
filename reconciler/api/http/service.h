// SPDX-License-Identifier: Apache-2.0
// The server as its thread knows it. Internal to server.cc.
#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>

#include <map>

#include "reconciler/api/http/connection.h"
#include "reconciler/api/http/server.h"
#include "reconciler/api/http/tcp_door.h"
#include "reconciler/api/http/unix_socket.h"

namespace cowherd {

class ApiServer::Service {
 public:
  Service(const ServerSettings& settings, ListeningSocket listening, std::unique_ptr<TcpDoor> tcp, const ServerSources& sources)
      : settings_(settings), listening_(std::move(listening)), tcp_(std::move(tcp)), board_(sources.board), desk_(sources.desk),
        metrics_(sources.metrics), clock_(sources.clock), hooks_(settings.hook_secrets, sources.ask_source, sources.metrics),
        book_(settings.rules) {}

  Status prepare();
  void serve();
  void wake();
  void stop();

 private:
  struct Streaming {
    Service& service;
    Connection& connection;
  };
  static void on_streamed(void* streaming) { std::unique_ptr<Streaming>(static_cast<Streaming*>(streaming)).reset(); }
  static MHD_Result on_request(void* self, MHD_Connection* handle, const char* path, const char* method, const char*,
                               const char*, std::size_t*, void** request);
  static void on_connection(void* self, MHD_Connection* handle, void** context, MHD_ConnectionNotificationCode what);
  static void on_completed(void* self, MHD_Connection* handle, void**, MHD_RequestTerminationCode);
  static ssize_t on_room(void* streaming, std::uint64_t, char* buffer, std::size_t most);

  Status watch(int fd, void* data, std::uint32_t events);
  int next_timeout() const;
  void accept_all();
  void accept_one(int fd);
  void accept_guests();
  void take_in(UniqueFd socket, Connection connection, const sockaddr* from, socklen_t from_size);
  void let_go(const Connection& connection);
  void handle(const epoll_event& event);
  void begin(Connection& connection, const ApiRequest& request);
  MHD_Result respond(Connection& connection, const ApiRequest& request);
  std::optional<ApiAnswer> refusal(const Connection& connection, const ApiRequest& request) const;
  MHD_Result send(Connection& connection, const ApiAnswer& answer);
  MHD_Result begin_watch(Connection& connection, WatchRequest request);
  MHD_Result take_order(Connection& connection);
  ApiLoad load() const;
  void wait_for_more(Connection& connection);
  void wake_waiting();
  void sweep();
  void wind_up();

  ServerSettings settings_;
  ListeningSocket listening_;
  std::unique_ptr<TcpDoor> tcp_;  // or none
  const Board& board_;
  OrderDesk& desk_;
  Metrics& metrics_;
  const Clock& clock_;
  Webhooks hooks_;
  AdmissionBook book_;
  UniqueFd epoll_{};
  UniqueFd bell_{};
  std::atomic<bool> stopping_ = false;
  MHD_Daemon* daemon_ = nullptr;
  std::shared_ptr<const Page> page_{};  // of the current round: everybody is answered from the same one
  Moment swept_{};
  std::map<int, std::unique_ptr<Connection>> connections_{};  // by descriptor
};

}  // namespace cowherd
