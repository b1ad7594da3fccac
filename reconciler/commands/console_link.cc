// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/console_link.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>

#include "resources/files/system_calls.h"

namespace cowherd {

HeldSignals::HeldSignals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP}) ::sigaddset(&set, number);
  ::sigprocmask(SIG_BLOCK, &set, &before_);
  fd_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

HeldSignals::~HeldSignals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

int HeldSignals::take() const {
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    if (info.ssi_signo != SIGTSTP) return static_cast<int>(info.ssi_signo);
  }
  return 0;
}

namespace {

constexpr char kDetach = '\x1d';  // ^]
constexpr std::size_t kPiece = 4096;
constexpr std::size_t kMostPending = 1 << 16;
constexpr int kSilenceMs = 2000;

// Raw while it lives, where standard input is a terminal.
class RawTerminal {
 public:
  RawTerminal() {
    termios now{};
    if (::tcgetattr(STDIN_FILENO, &now) != 0) return;
    before_ = now;
    ::cfmakeraw(&now);
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
  }
  ~RawTerminal() {
    if (before_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &*before_);
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  bool is_terminal() const { return before_.has_value(); }

 private:
  std::optional<termios> before_{};
};

// 0: it has ended. Nothing: there is nothing now.
std::optional<std::size_t> read_some(int fd, std::array<char, kPiece>& piece) {
  const ssize_t got = ::read(fd, piece.data(), piece.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  return got < 0 ? 0 : static_cast<std::size_t>(got);
}

class Link {
 public:
  Link(UniqueFd socket, const HeldSignals& signals) : signals_(signals), socket_(std::move(socket)) {}
  Result<LinkEnded> run();

 private:
  // Whether it goes on.
  bool take_input();
  bool send_pending();
  Result<bool> pass_output();

  const HeldSignals& signals_;
  RawTerminal terminal_{};
  UniqueFd socket_;
  std::string pending_{};  // for the guest, who may be slow
  bool input_ended_ = false;
};

bool Link::take_input() {
  std::array<char, kPiece> piece{};
  const std::optional<std::size_t> got = read_some(STDIN_FILENO, piece);
  if (!got) return true;
  input_ended_ = *got == 0;
  const std::string bytes(piece.data(), *got);
  const std::size_t detach = terminal_.is_terminal() ? bytes.find(kDetach) : std::string::npos;
  pending_ += bytes.substr(0, detach);
  if (pending_.size() > kMostPending) pending_.resize(kMostPending);  // typed at a guest that does not read
  return detach == std::string::npos && !(input_ended_ && terminal_.is_terminal());
}

bool Link::send_pending() {
  const ssize_t sent = ::send(socket_.get(), pending_.data(), pending_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  pending_.erase(0, static_cast<std::size_t>(sent));
  return true;
}

Result<bool> Link::pass_output() {
  std::array<char, kPiece> piece{};
  const std::optional<std::size_t> got = read_some(socket_.get(), piece);
  if (!got) return true;
  if (*got == 0) return false;
  COWHERD_TRY(write_all(STDOUT_FILENO, {piece.data(), *got}, "standard output"));
  return true;
}

Result<LinkEnded> Link::run() {
  while (true) {
    const bool reads = !input_ended_ && (terminal_.is_terminal() || pending_.size() + kPiece <= kMostPending);
    const short sends = pending_.empty() ? POLLIN : POLLIN | POLLOUT;
    std::array<pollfd, 3> waits{{{signals_.fd(), POLLIN, 0}, {socket_.get(), sends, 0}, {reads ? STDIN_FILENO : -1, POLLIN, 0}}};
    const bool is_last = input_ended_ && pending_.empty();
    const int ready = ::poll(waits.data(), waits.size(), is_last ? kSilenceMs : -1);
    if (ready < 0 && errno != EINTR) return fail(errno_error(errno, "wait for the console"));
    if (ready == 0) return LinkEnded{};
    if (const int signal = waits[0].revents != 0 ? signals_.take() : 0; signal != 0) return LinkEnded{LinkEnd::Signalled, signal};
    if ((waits[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      COWHERD_ASSIGN(const bool is_open, pass_output());
      if (!is_open) return LinkEnded{LinkEnd::Closed, 0};
    }
    if ((waits[1].revents & POLLOUT) != 0 && !send_pending()) return LinkEnded{LinkEnd::Closed, 0};
    if (waits[2].revents != 0 && !take_input()) return LinkEnded{};
  }
}

}  // namespace

Result<LinkEnded> link_console(UniqueFd socket, const HeldSignals& signals) { return Link(std::move(socket), signals).run(); }

}  // namespace cowherd
