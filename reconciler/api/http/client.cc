// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/http/client.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>

#include "reconciler/api/http/unix_socket.h"

namespace cowherd {

namespace {

constexpr std::size_t kLongestHead = 64 << 10;
constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::string_view kCodeBegins = "HTTP/1.x ";

}  // namespace

Result<Exchange> Exchange::begin(const std::string& socket, const std::string& target, const std::string& body) {
  COWHERD_ASSIGN(UniqueFd fd, connect_to(socket));
  const std::string about_body =
      body.empty() ? "" : "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  const std::string request =
      (body.empty() ? "GET " : "POST ") + target + " HTTP/1.0\r\nHost: cowherd\r\n" + about_body + "\r\n" + body;
  const ssize_t sent = ::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL);  // an empty buffer takes it whole
  if (sent != static_cast<ssize_t>(request.size())) return fail(errno_error(errno, "ask the daemon at '" + socket + "'"));
  return Exchange(std::move(fd));
}

// "HTTP/1.1 200 OK"
Status Exchange::read_head() {
  if (code_ != 0) return {};
  const std::size_t end = head_.find(kEndOfHead);
  if (end == std::string::npos) {
    if (head_.size() <= kLongestHead) return {};
    return fail(ErrorKind::Corrupt, "read the daemon's answer: its head does not end");
  }
  const char* code = head_.data() + std::min(kCodeBegins.size(), end);
  const auto [rest, error] = std::from_chars(code, head_.data() + end, code_);
  if (!head_.starts_with("HTTP/1.") || error != std::errc{}) {
    return fail(ErrorKind::Corrupt, "read the daemon's answer: it is not HTTP");
  }
  body_ = head_.substr(end + kEndOfHead.size());
  return {};
}

Status Exchange::take() {
  std::array<char, 64 << 10> buffer{};
  while (!ended_) {
    const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) {
      ended_ = true;
      break;
    }
    (code_ == 0 ? head_ : body_).append(buffer.data(), static_cast<std::size_t>(got));
    COWHERD_TRY(read_head());
  }
  return {};
}

std::vector<std::string> Exchange::lines() {
  std::vector<std::string> whole;
  std::size_t begin = 0;
  for (std::size_t end = body_.find('\n'); end != std::string::npos; end = body_.find('\n', begin)) {
    whole.push_back(body_.substr(begin, end - begin));
    begin = end + 1;
  }
  body_.erase(0, begin);
  return whole;
}

void wait_for_any(const std::vector<Exchange>& exchanges, Span most) {
  std::vector<pollfd> waiting;
  for (const Exchange& exchange : exchanges) waiting.push_back({exchange.fd(), POLLIN, 0});
  const auto timeout = static_cast<int>(std::clamp<std::int64_t>(most.count(), 0, 3'600'000));
  ::poll(waiting.data(), waiting.size(), timeout);
}

Result<HttpReply> fetch(const std::string& socket, const std::string& target, Span most) {
  return post(socket, target, "", most);
}

Result<HttpReply> post(const std::string& socket, const std::string& target, const std::string& body, Span most) {
  const auto deadline = std::chrono::steady_clock::now() + most;
  std::vector<Exchange> exchange;
  COWHERD_ASSIGN(Exchange begun, Exchange::begin(socket, target, body));
  exchange.push_back(std::move(begun));
  while (!exchange.front().ended()) {
    const auto rest = std::chrono::ceil<Span>(deadline - std::chrono::steady_clock::now());
    if (rest <= Span{}) return fail(ErrorKind::Busy, "ask the daemon at '" + socket + "': it does not answer");
    wait_for_any(exchange, rest);
    COWHERD_TRY(exchange.front().take());
  }
  if (exchange.front().code() == 0) return fail(ErrorKind::Failed, "ask the daemon at '" + socket + "': it hung up");
  return HttpReply{exchange.front().code(), exchange.front().body()};
}

}  // namespace cowherd
