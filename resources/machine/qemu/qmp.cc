// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/qmp.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "resources/files/json.h"
#include "resources/files/unix_socket_address.h"

namespace cowherd {
namespace {

constexpr std::size_t kLineLimit = 1 << 20;
constexpr int kNoDescriptor = -1;

// unix(7), SCM_RIGHTS
struct alignas(cmsghdr) DescriptorMessage {
  char bytes[CMSG_SPACE(sizeof(int))]{};
};

void add_descriptor(msghdr& message, DescriptorMessage& space, int passed) {
  message.msg_control = space.bytes;
  message.msg_controllen = sizeof space.bytes;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof passed);
  std::memcpy(CMSG_DATA(header), &passed, sizeof passed);
}

Status send_line(int fd, std::string line, int passed) {
  iovec part{line.data(), line.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  DescriptorMessage space;
  if (passed != kNoDescriptor) add_descriptor(message, space, passed);
  const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent == static_cast<ssize_t>(line.size())) return {};
  // A command cut in half cannot be taken back: the connection is of no further use.
  return fail(errno_error(sent < 0 ? errno : EAGAIN, "send a QMP command"));
}

Error refusal(const Value& error) {
  return make_error(ErrorKind::Failed, "QEMU refused a command: " + string_at(error, "desc").value_or("no reason given"));
}

}  // namespace

Result<QmpClient> QmpClient::connect(const std::string& path) {
  COWHERD_ASSIGN(UniqueFd socket, connect_unix(path));
  QmpClient client(std::move(socket));
  // The monitor reads commands only after its greeting, and they wait in the socket until then.
  COWHERD_TRY(client.send("qmp_capabilities"));
  return client;
}

Result<int> QmpClient::send(const std::string& command, Value arguments) {
  return send_request(command, std::move(arguments), kNoDescriptor);
}

Result<int> QmpClient::send_request(const std::string& command, Value arguments, int passed) {
  const int number = ++last_number_;
  Value request = Value::map();
  request.set("execute", command);
  if (!arguments.is_null()) request.set("arguments", std::move(arguments));
  request.set("id", number);
  COWHERD_TRY(send_line(socket_.get(), print_json(request, JsonStyle::Compact) + "\n", passed).in("sending '" + command + "'"));
  return number;
}

Status QmpClient::read_available() {
  std::array<char, 4096> piece{};
  while (true) {
    const ssize_t got = ::recv(socket_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return {};
    if (got < 0) return fail(errno_error(errno, "read a QMP reply"));
    if (got == 0) return fail(ErrorKind::Failed, "read a QMP reply: QEMU closed the connection");
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
    if (buffer_.size() > kLineLimit) return fail(ErrorKind::Failed, "read a QMP reply: it is too long");
  }
}

Result<std::optional<Value>> QmpClient::receive(int number) {
  const Status read = read_available();
  std::size_t end = 0;
  while ((end = buffer_.find('\n')) != std::string::npos) {
    const std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    if (line.find("\"id\"") == std::string::npos) continue;  // the greeting or an event
    COWHERD_ASSIGN(const Value reply, parse_json(line).in("reading a QMP reply"));
    const Value* id = reply.find("id");
    if (id == nullptr || *id != Value(number)) continue;
    if (const Value* error = reply.find("error")) return fail(refusal(*error));
    const Value* answer = reply.find("return");
    return std::optional<Value>(answer == nullptr ? Value() : *answer);
  }
  if (!read) return fail(read.error());
  return std::optional<Value>{};
}

Result<Value> QmpClient::call(const std::string& command, const Deadline& deadline, Value arguments) {
  COWHERD_ASSIGN(const int number, send(command, std::move(arguments)));
  return await_reply(number, command, deadline);
}

Result<Value> QmpClient::call_with(const UniqueFd& passed, const std::string& command, const Deadline& deadline) {
  COWHERD_ASSIGN(const int number, send_request(command, {}, passed.get()));
  return await_reply(number, command, deadline);
}

Result<Value> QmpClient::await_reply(int number, const std::string& command, const Deadline& deadline) {
  while (true) {
    COWHERD_ASSIGN(std::optional<Value> reply, receive(number).in("waiting for '" + command + "'"));
    if (reply) return *std::move(reply);
    if (deadline.passed()) return fail(ErrorKind::Busy, "QEMU does not answer '" + command + "'");
    pollfd wait{socket_.get(), POLLIN, 0};
    if (::poll(&wait, 1, deadline.milliseconds()) < 0 && errno != EINTR) {
      return fail(errno_error(errno, "wait for QEMU"));
    }
  }
}

}  // namespace cowherd
