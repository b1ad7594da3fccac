// SPDX-License-Identifier: Apache-2.0
// The daemon's API over HTTP/1.1 on a unix socket and, where it is asked for, over TCP. One thread of its own serves
// every connection and waits for none: the reconcile loop posts to the board, answers what lies on the desk, calls wake(), and never meets a client. This folder
// alone knows libmicrohttpd (0.9.75).
//
// Bounds: connections (admission.h), 32 KiB for a request line with its headers, 16 KiB for a body that is read, 1 MiB for
// the body of a webhook, which is hashed as it comes and not kept, 10 s for a
// request to come, 60 s without progress for an answer to be taken. A watch holds one line at a time.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "reconciler/api/admission.h"
#include "reconciler/api/answer.h"
#include "reconciler/api/board.h"
#include "reconciler/api/http/tcp_door.h"
#include "reconciler/api/order_desk.h"
#include "reconciler/metrics/metrics.h"
#include "resources/files/clock.h"
#include "resources/vocabulary/result.h"

namespace cowherd {

struct ServerSettings {
  std::string socket{};
  AdmissionRules rules{};
  ApiSettings api{};
  std::map<ResourceName, std::string> hook_secrets{};  // files, as TokenFile has them, of the sources with a webhook
};

// What it answers from and hands orders to. They outlive the server.
struct ServerSources {
  const Board& board;
  OrderDesk& desk;
  Metrics& metrics;
  const Clock& clock;
  std::function<bool(const ResourceName&)> ask_source{};  // Source::ask; for webhooks
};

class ApiServer {
 public:
  // tcp: or none. Busy: another one answers at the socket. Signals have to be blocked before.
  static Result<std::unique_ptr<ApiServer>> start(const ServerSettings& settings, const ServerSources& sources,
                                                  std::unique_ptr<TcpDoor> tcp = nullptr);
  // Ends every connection and takes the socket away.
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // The board has a new page, the desk an answer. From any thread; never blocks.
  void wake();

 private:
  class Service;
  explicit ApiServer(std::unique_ptr<Service> service);

  std::unique_ptr<Service> service_;
  std::thread thread_{};
};

}  // namespace cowherd
