// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/guest_agent.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "resources/files/json.h"
#include "resources/files/random.h"
#include "resources/files/unique_fd.h"
#include "resources/files/unix_socket_address.h"

namespace cowherd {
namespace {

constexpr Span kTakeBackDeadline = std::chrono::seconds{1};
constexpr std::size_t kMostBuffered = 1 << 20;
// Not part of any JSON text: whoever reads it forgets what came before, half a message of an earlier client included.
constexpr char kSentinel = '\xff';

// One conversation. The port has no client of its own to tell apart: answers to an earlier one may still be under way.
class Agent {
 public:
  static Result<Agent> connect(const std::string& path) {
    Result<UniqueFd> socket = connect_unix(path);
    if (socket) return Agent(*std::move(socket));
    Error error = socket.error();
    error.kind = ErrorKind::Failed;  // an absent socket is not an absent VM
    return fail(std::move(error));
  }

  // Until the agent has answered with a number that only we know: what comes after it is for us.
  Status synchronize(const Deadline& deadline) {
    const auto number = static_cast<std::int64_t>(std::stoull(fresh_uid().str().substr(0, 12), nullptr, 16));
    Value arguments = Value::map();
    arguments.set("id", Value(number));
    COWHERD_TRY(send(std::string(1, kSentinel) + request("guest-sync-delimited", std::move(arguments))));
    while (true) {
      COWHERD_ASSIGN(const std::string line, receive(deadline));
      const std::size_t last = line.rfind(kSentinel);
      const Result<Value> reply = parse_json(last == std::string::npos ? line : line.substr(last + 1));
      const Value* answer = reply ? reply->find("return") : nullptr;
      if (answer != nullptr && *answer == Value(number)) return {};
    }
  }

  Status order(const std::string& command) { return send(request(command, {})); }

  // Of the order before.
  Status answer(const Deadline& deadline) {
    COWHERD_ASSIGN(const std::string line, receive(deadline));
    COWHERD_ASSIGN(const Value reply, parse_json(line).in("reading what the guest agent says"));
    const Value* error = reply.find("error");
    if (error == nullptr) return {};
    return fail(ErrorKind::Failed, "the guest agent refused: " + string_at(*error, "desc").value_or("no reason given"));
  }

 private:
  explicit Agent(UniqueFd socket) : socket_(std::move(socket)) {}

  static std::string request(const std::string& command, Value arguments) {
    Value request = Value::map();
    request.set("execute", command);
    if (!arguments.is_null()) request.set("arguments", std::move(arguments));
    return print_json(request, JsonStyle::Compact) + "\n";
  }

  Status send(const std::string& text) {
    const ssize_t sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(text.size())) return {};
    return fail(errno_error(sent < 0 ? errno : EAGAIN, "send to the guest agent"));
  }

  Result<std::string> receive(const Deadline& deadline) {
    while (true) {
      const std::size_t end = buffer_.find('\n');
      if (end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      if (deadline.passed()) {
        return fail(ErrorKind::Failed, "the guest agent does not answer", "run qemu-guest-agent in the guest");
      }
      COWHERD_TRY(read_some(deadline));
    }
  }

  Status read_some(const Deadline& deadline) {
    pollfd wait{socket_.get(), POLLIN, 0};
    if (::poll(&wait, 1, deadline.milliseconds()) < 0 && errno != EINTR) {
      return fail(errno_error(errno, "wait for the guest agent"));
    }
    std::array<char, 4096> piece{};
    const ssize_t got = ::recv(socket_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return {};
    if (got < 0) return fail(errno_error(errno, "read from the guest agent"));
    if (got == 0) return fail(ErrorKind::Failed, "read from the guest agent: QEMU closed the connection");
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
    // Whatever a guest sends: it does not fill our memory.
    if (buffer_.size() > kMostBuffered) return fail(ErrorKind::Failed, "the guest agent talks without end");
    return {};
  }

  UniqueFd socket_;
  std::string buffer_{};
};

// The agent works off its orders one after the other: one that freezes late thaws right after.
Error take_back(Agent& agent, Error error) {
  const Status sent = agent.order("guest-fsfreeze-thaw");
  if (!sent) return std::move(error).and_also(sent.error());
  const Status thawed = agent.answer(Deadline::after(kTakeBackDeadline));
  if (!thawed) return std::move(error).and_also(thawed.error());
  return error;
}

}  // namespace

Status quiesce_guest(const std::string& agent_socket, Span deadline) {
  const Deadline end = Deadline::after(deadline);
  COWHERD_ASSIGN(Agent agent, Agent::connect(agent_socket));
  COWHERD_TRY(agent.synchronize(end));
  COWHERD_TRY(agent.order("guest-fsfreeze-freeze"));
  const Status frozen = agent.answer(end);
  if (frozen) return {};
  return fail(take_back(agent, frozen.error()));
}

Status unquiesce_guest(const std::string& agent_socket, Span deadline) {
  const Deadline end = Deadline::after(deadline);
  COWHERD_ASSIGN(Agent agent, Agent::connect(agent_socket));
  COWHERD_TRY(agent.synchronize(end));
  COWHERD_TRY(agent.order("guest-fsfreeze-thaw"));
  return agent.answer(end);
}

}  // namespace cowherd
