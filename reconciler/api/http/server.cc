// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/http/server.h"

#include <microhttpd.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "reconciler/api/http/response.h"
#include "reconciler/api/http/service.h"

namespace cowherd {

namespace {

constexpr std::size_t kMemoryPerConnection = 32 << 10;
constexpr Span kRequestComes = std::chrono::seconds{10};
constexpr Span kAnswerIsTaken = std::chrono::seconds{60};
constexpr Span kBetweenSweeps = std::chrono::seconds{1};
constexpr int kAcceptedAtOnce = 64;
constexpr int kNoDescriptorLeft = 100;  // milliseconds
constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

// Of a clock that does not jump; only differences mean something.
Moment steady_now() { return Moment{std::chrono::floor<Span>(std::chrono::steady_clock::now().time_since_epoch())}; }

std::string header_of(MHD_Connection* handle, const char* name) {
  const char* value = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, name);
  return value == nullptr ? "" : value;
}

MHD_Result add_argument(void* query, MHD_ValueKind, const char* key, const char* value) {
  (*static_cast<std::map<std::string, std::string>*>(query))[key] = value == nullptr ? "" : value;
  return MHD_YES;
}

}  // namespace

Status ApiServer::Service::watch(int fd, void* data, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = data;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return {};
  return fail(errno_error(errno, "watch a descriptor"));
}

// libmicrohttpd has no thread and no listening socket: it is run from here, when its own epoll descriptor says so.
Status ApiServer::Service::prepare() {
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  bell_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll_.valid() || !bell_.valid()) return fail(errno_error(errno, "make the descriptors of the API"));
  daemon_ = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr,
                             &Service::on_request, this, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kMemoryPerConnection,
                             MHD_OPTION_CONNECTION_LIMIT, static_cast<unsigned>(settings_.rules.most + AddressBook::kMost + 1),
                             MHD_OPTION_NOTIFY_CONNECTION, &Service::on_connection, this, MHD_OPTION_NOTIFY_COMPLETED,
                             &Service::on_completed, this, MHD_OPTION_END);
  const MHD_DaemonInfo* info = daemon_ == nullptr ? nullptr : MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
  if (info == nullptr) return fail(ErrorKind::Failed, "start the API: libmicrohttpd does not start");
  COWHERD_TRY(watch(listening_.fd(), &listening_, EPOLLIN));
  COWHERD_TRY(watch(bell_.get(), &bell_, EPOLLIN));
  if (tcp_) COWHERD_TRY(watch(tcp_->fd(), tcp_.get(), EPOLLIN));
  return watch(info->epoll_fd, daemon_, EPOLLIN);
}

void ApiServer::Service::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(bell_.get(), &one, sizeof one);  // a full counter wakes all the same
}

void ApiServer::Service::stop() {
  stopping_ = true;
  wake();
}

int ApiServer::Service::next_timeout() const {
  MHD_UNSIGNED_LONG_LONG most = 0;
  const bool has_timeout = MHD_get_timeout(daemon_, &most) == MHD_YES;
  if (connections_.empty() && !has_timeout) return -1;
  const auto sweep = static_cast<MHD_UNSIGNED_LONG_LONG>(kBetweenSweeps.count());
  return static_cast<int>(has_timeout ? std::min(most, sweep) : sweep);
}

void ApiServer::Service::serve() {
  std::array<epoll_event, 64> events{};
  while (!stopping_) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), next_timeout());
    page_ = board_.page();
    for (int i = 0; i < count; ++i) handle(events[static_cast<std::size_t>(i)]);
    wake_waiting();
    (void)MHD_run(daemon_);
    sweep();
    page_.reset();
  }
  wind_up();
}

void ApiServer::Service::handle(const epoll_event& event) {
  if (event.data.ptr == &listening_) return accept_all();
  if (tcp_ && event.data.ptr == tcp_.get()) return accept_guests();
  if (event.data.ptr == &bell_) {
    std::uint64_t counted = 0;
    [[maybe_unused]] const auto got = ::read(bell_.get(), &counted, sizeof counted);
    return;
  }
  if (event.data.ptr == daemon_ || (event.events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) == 0) return;
  const auto at = std::find_if(connections_.begin(), connections_.end(),
                               [&](const auto& entry) { return entry.second.get() == event.data.ptr; });
  if (at != connections_.end()) at->second->hung_up = true;
}

void ApiServer::Service::accept_all() {
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    const int fd = ::accept4(listening_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE)) ::poll(nullptr, 0, kNoDescriptorLeft);  // none to wait for
    if (fd < 0) return;
    accept_one(fd);
  }
}

void ApiServer::Service::accept_one(int fd) {
  UniqueFd socket(fd);
  const Result<Peer> peer = peer_of(fd);
  if (!peer) return;  // nobody that could be judged
  const Admission admission = book_.enter(*peer);
  if (admission == Admission::Full) return;
  Connection connection;
  connection.peer = *peer;
  connection.admission = admission;
  sockaddr address{};
  address.sa_family = AF_UNIX;
  take_in(std::move(socket), std::move(connection), &address, sizeof address);
}

void ApiServer::Service::accept_guests() {
  for (int i = 0; i < kAcceptedAtOnce; ++i) {
    std::optional<TcpGuest> guest = tcp_->accept();
    if (!guest && (errno == EMFILE || errno == ENFILE)) ::poll(nullptr, 0, kNoDescriptorLeft);  // none to wait for
    if (!guest) return;
    if (guest->admission == Admission::Full) continue;
    Connection connection;
    connection.address = guest->address;
    connection.admission = guest->admission;
    take_in(std::move(guest->socket), std::move(connection), reinterpret_cast<const sockaddr*>(&guest->from), guest->from_size);
  }
}

void ApiServer::Service::take_in(UniqueFd socket, Connection connection, const sockaddr* from, socklen_t from_size) {
  const int fd = socket.get();
  connection.fd = fd;
  connection.since = steady_now();
  connections_[fd] = std::make_unique<Connection>(std::move(connection));
  if (MHD_add_connection(daemon_, socket.release(), from, from_size) == MHD_YES) return;
  const auto refused = connections_.find(fd);
  if (refused == connections_.end()) return;
  let_go(*refused->second);  // libmicrohttpd has closed it
  connections_.erase(refused);
}

void ApiServer::Service::let_go(const Connection& connection) {
  if (connection.address.empty()) {
    book_.leave(connection.peer);
  } else {
    tcp_->leave(connection.address);
  }
}

void ApiServer::Service::on_connection(void* self, MHD_Connection* handle, void** context,
                                       MHD_ConnectionNotificationCode what) {
  auto& service = *static_cast<Service*>(self);
  const MHD_ConnectionInfo* info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
  const auto found = service.connections_.find(info->connect_fd);
  if (found == service.connections_.end()) return;
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    found->second->handle = handle;
    *context = found->second.get();
    return;
  }
  service.let_go(*found->second);
  service.connections_.erase(found);
}

MHD_Result ApiServer::Service::on_request(void* self, MHD_Connection* handle, const char* path, const char* method,
                                          const char*, const char* body, std::size_t* body_size, void** request_seen) {
  auto& service = *static_cast<Service*>(self);
  const MHD_ConnectionInfo* info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  if (info == nullptr || info->socket_context == nullptr) return MHD_NO;
  auto& connection = *static_cast<Connection*>(info->socket_context);
  // Called once for the head, for each part of a body, at the end, and when an order is answered.
  if (*request_seen == nullptr || *body_size > 0) {
    if (*request_seen == nullptr) service.begin(connection, {method, path, {}});
    *request_seen = self;
    // What is too long is read over, in the time that a request has.
    if (*body_size > 0) connection.take_body({body, *body_size});
    *body_size = 0;
    return MHD_YES;
  }
  if (connection.order) return service.take_order(connection);
  ApiRequest request{method, path, {}};
  (void)MHD_get_connection_values(handle, MHD_GET_ARGUMENT_KIND, &add_argument, &request.query);
  return service.respond(connection, request);
}

void ApiServer::Service::begin(Connection& connection, const ApiRequest& request) {
  if (connection.admission == Admission::TooMany || connection.admission == Admission::Stranger) return;
  const std::string signature = header_of(connection.handle, "X-Hub-Signature-256");
  connection.hook = hooks_.begin(request, signature.empty() ? header_of(connection.handle, "X-Hub-Signature") : signature);
}

MHD_Result ApiServer::Service::respond(Connection& connection, const ApiRequest& request) {
  connection.answering = true;
  connection.since = steady_now();
  if (const auto refused = refusal(connection, request)) return send(connection, *refused);
  if (connection.hook) return send(connection, hooks_.end(*connection.hook));
  if (is_order(request)) return take_order(connection);
  auto answered = answer(request, page_, clock_.now(), settings_.api);
  if (const auto* plain = std::get_if<ApiAnswer>(&answered)) return send(connection, *plain);
  if (std::holds_alternative<MetricsRequest>(answered)) {
    return send(connection, {200, std::make_shared<const std::string>(metrics_.text(load())), "", kMetricsType});
  }
  return begin_watch(connection, std::get<WatchRequest>(std::move(answered)));
}

std::optional<ApiAnswer> ApiServer::Service::refusal(const Connection& connection, const ApiRequest& request) const {
  const std::string who = connection.address.empty() ? "uid " + std::to_string(connection.peer.uid) : "address " + connection.address;
  if (connection.admission == Admission::Stranger) {
    return failure_answer(403, who + " may not read this API; members of api.viewGroup of the configuration may");
  }
  if (connection.admission == Admission::TooMany) return failure_answer(429, who + " has too many connections");
  if (connection.address.empty() || connection.hook) return std::nullopt;  // a webhook's body proves who sent it
  return tcp_->refusal({request.method, header_of(connection.handle, MHD_HTTP_HEADER_HOST),
                        header_of(connection.handle, MHD_HTTP_HEADER_AUTHORIZATION)});
}

MHD_Result ApiServer::Service::send(Connection& connection, const ApiAnswer& answer) {
  metrics_.count_answer(answer.code);
  MHD_Response* response = response_of(answer);
  if (response == nullptr) return MHD_NO;
  const MHD_Result queued = MHD_queue_response(connection.handle, static_cast<unsigned>(answer.code), response);
  MHD_destroy_response(response);
  return queued;
}

MHD_Result ApiServer::Service::begin_watch(Connection& connection, WatchRequest request) {
  auto streaming = std::make_unique<Streaming>(Streaming{*this, connection});
  MHD_Response* response =
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kSentAtOnce, &Service::on_room, streaming.get(), &Service::on_streamed);
  if (response == nullptr) return MHD_NO;
  (void)streaming.release();  // the response has it
  connection.watch.emplace(std::move(request), page_, steady_now());
  wait_for_more(connection);
  put_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
  metrics_.count_answer(MHD_HTTP_OK);
  const MHD_Result queued = MHD_queue_response(connection.handle, MHD_HTTP_OK, response);
  MHD_destroy_response(response);
  return queued;
}

// Not for input, which libmicrohttpd takes: only that the peer has gone while nothing is to be sent.
void ApiServer::Service::wait_for_more(Connection& connection) {
  // Over TCP a peer that closed is heard as one that sends no more; over a unix socket such a one may still read.
  const std::uint32_t events = connection.address.empty() ? EPOLLET : EPOLLET | EPOLLRDHUP;
  if (const Status watched = watch(connection.fd, &connection, events); !watched) connection.hung_up = true;
}

// Called again when the loop has carried it out, or the client has gone.
MHD_Result ApiServer::Service::take_order(Connection& connection) {
  if (connection.order) {
    if (connection.hung_up || !connection.answer) return MHD_NO;
    return send(connection, *connection.answer);
  }
  if (connection.admission != Admission::Admin) {
    return send(connection, failure_answer(403, "uid " + std::to_string(connection.peer.uid) +
                                                    " may not order anything; members of api.adminGroup of the configuration may"));
  }
  if (stopping_) return send(connection, failure_answer(503, "the daemon ends"));
  if (connection.body.size() > kLongestBody) return send(connection, failure_answer(413, "an order has at most 16384 bytes"));
  Result<Order> order = parse_order(connection.body);
  if (!order) return send(connection, failure_answer(400, to_string(order.error())));
  connection.order = desk_.hand_in(*std::move(order), connection.peer, clock_.now());
  if (!connection.order) return send(connection, failure_answer(503, "too many orders wait"));
  wait_for_more(connection);
  MHD_suspend_connection(connection.handle);
  connection.suspended = true;
  return MHD_YES;
}

ApiLoad ApiServer::Service::load() const {
  ApiLoad load;
  load.connections = connections_.size();
  for (const auto& [fd, connection] : connections_) {
    if (!connection->watch) continue;
    ++load.watchers;
    if (page_) load.watch_lag = std::max(load.watch_lag, connection->watch->behind(*page_));
  }
  return load;
}

ssize_t ApiServer::Service::on_room(void* context, std::uint64_t, char* buffer, std::size_t most) {
  auto& [service, connection] = *static_cast<Streaming*>(context);
  connection.since = steady_now();
  if (!connection.has_line(service.page_, connection.since)) {
    MHD_suspend_connection(connection.handle);
    connection.suspended = true;
    return 0;
  }
  if (connection.hung_up) return MHD_CONTENT_READER_END_WITH_ERROR;
  if (!connection.line) return MHD_CONTENT_READER_END_OF_STREAM;
  return static_cast<ssize_t>(connection.give(buffer, most));
}

// Only those that wait are asked: the others have something to take first.
void ApiServer::Service::wake_waiting() {
  const Moment now = steady_now();
  for (const auto& [fd, connection] : connections_) {
    if (!connection->suspended) continue;
    if (connection->order) connection->answer = desk_.fetch_answer(*connection->order);
    const bool has_more = connection->order ? connection->hung_up || connection->answer : connection->has_line(page_, now);
    if (has_more) connection->resume(now);
  }
}

// Cutting a connection off makes libmicrohttpd close it.
void ApiServer::Service::sweep() {
  const Moment now = steady_now();
  if (now - swept_ < kBetweenSweeps) return;
  swept_ = now;
  for (const auto& [fd, connection] : connections_) {
    const Span most = connection->answering ? kAnswerIsTaken : kRequestComes;
    if (!connection->suspended && now - connection->since > most) ::shutdown(fd, SHUT_RDWR);
  }
}

void ApiServer::Service::on_completed(void* self, MHD_Connection* handle, void**, MHD_RequestTerminationCode) {
  const MHD_ConnectionInfo* info = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  if (info == nullptr || info->socket_context == nullptr) return;
  auto& connection = *static_cast<Connection*>(info->socket_context);
  auto& service = *static_cast<Service*>(self);
  if (connection.watch || connection.order) ::epoll_ctl(service.epoll_.get(), EPOLL_CTL_DEL, connection.fd, nullptr);
  if (connection.order) service.desk_.withdraw(*connection.order);
  connection.watch.reset();
  connection.line.reset();
  connection.body.clear();
  connection.hook.reset();
  connection.order.reset();
  connection.answer.reset();
  connection.answering = false;
  connection.since = steady_now();
}

// libmicrohttpd must not be stopped while a connection is suspended.
void ApiServer::Service::wind_up() {
  for (const auto& [fd, connection] : connections_) {
    connection->hung_up = true;
    connection->resume(steady_now());
  }
  (void)MHD_run(daemon_);
  MHD_stop_daemon(daemon_);
}

ApiServer::ApiServer(std::unique_ptr<Service> service) : service_(std::move(service)) {
  thread_ = std::thread([this] { service_->serve(); });
}

Result<std::unique_ptr<ApiServer>> ApiServer::start(const ServerSettings& settings, const ServerSources& sources,
                                                    std::unique_ptr<TcpDoor> tcp) {
  COWHERD_ASSIGN(ListeningSocket listening, ListeningSocket::open(settings.socket, settings.rules));
  auto service = std::make_unique<Service>(settings, std::move(listening), std::move(tcp), sources);
  COWHERD_TRY(service->prepare());
  return std::unique_ptr<ApiServer>(new ApiServer(std::move(service)));  // the constructor is private
}

ApiServer::~ApiServer() {
  service_->stop();
  thread_.join();
}

void ApiServer::wake() { service_->wake(); }

}  // namespace cowherd
