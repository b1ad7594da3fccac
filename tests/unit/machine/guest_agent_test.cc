// SPDX-License-Identifier: Apache-2.0
#include "resources/machine/qemu/guest_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "resources/files/json.h"
#include "resources/files/unique_fd.h"
#include "tests/contract/temporary_directory.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// An agent as qemu-ga is one, on a socket: answers what `reply` says to each command, in turn; "" is silence.
class FakeAgent {
 public:
  using Reply = std::function<std::string(const std::string& command)>;
  explicit FakeAgent(Reply reply) : reply_(std::move(reply)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path().c_str(), path().size() + 1);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_.get(), 4), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeAgent() {
    done_ = true;
    thread_.join();
  }
  std::string path() const { return dir_ / "agent.sock"; }
  std::vector<std::string> commands() {
    const std::scoped_lock lock(mutex_);
    return commands_;
  }
  // Sent to each client before anything else: what is left of an earlier conversation.
  void leave_over(std::string words) { left_over_ = std::move(words); }

 private:
  bool readable(int fd) {
    while (!done_) {
      pollfd wait{fd, POLLIN, 0};
      if (::poll(&wait, 1, 10) > 0) return true;
    }
    return false;
  }
  void serve() {
    while (readable(listener_.get())) {
      const UniqueFd client(::accept(listener_.get(), nullptr, nullptr));
      send(client, left_over_);
      std::string buffer;
      while (readable(client.get())) {
        char piece[512];
        const ssize_t got = ::recv(client.get(), piece, sizeof piece, 0);
        if (got <= 0) break;
        buffer.append(piece, static_cast<std::size_t>(got));
        for (std::size_t end = 0; (end = buffer.find('\n')) != std::string::npos; buffer.erase(0, end + 1)) {
          answer(client, buffer.substr(0, end));
        }
      }
    }
  }
  void answer(const UniqueFd& client, std::string line) {
    const std::size_t sentinel = line.rfind('\xff');
    if (sentinel != std::string::npos) line.erase(0, sentinel + 1);
    const Value request = parse_json(line).value();
    const std::string command = string_at(request, "execute").value();
    {
      const std::scoped_lock lock(mutex_);
      commands_.push_back(command);
    }
    std::string text = reply_(command);
    if (text == "sync") text = "\xff{\"return\": " + std::to_string(*request.find_path("arguments.id")->as_integer()) + "}\n";
    send(client, text);
  }
  static void send(const UniqueFd& client, const std::string& text) {
    // The client may have had enough.
    static_cast<void>(::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL));
  }

  TemporaryDirectory dir_{};
  Reply reply_;
  UniqueFd listener_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::string left_over_{};
  std::atomic<bool> done_ = false;
  std::mutex mutex_{};
  std::vector<std::string> commands_{};
  std::thread thread_{};
};

std::string willing(const std::string& command) {
  return command == "guest-sync-delimited" ? "sync" : "{\"return\": 2}\n";
}

TEST(GuestAgent, IsSynchronizedWithBeforeItIsOrdered) {
  FakeAgent agent(willing);
  EXPECT_TRUE(quiesce_guest(agent.path(), std::chrono::seconds{5}));
  EXPECT_THAT(agent.commands(), ElementsAre("guest-sync-delimited", "guest-fsfreeze-freeze"));
}

TEST(GuestAgent, LetsFileSystemsGoOn) {
  FakeAgent agent(willing);
  EXPECT_TRUE(unquiesce_guest(agent.path(), std::chrono::seconds{5}));
  EXPECT_THAT(agent.commands(), ElementsAre("guest-sync-delimited", "guest-fsfreeze-thaw"));
}

TEST(GuestAgent, AnswersToOthersAreNotTakenForOurs) {
  FakeAgent agent(willing);
  agent.leave_over("{\"return\": 7}\n{\"error\": {\"desc\": \"of another conversation\"}}\nhalf a li");
  EXPECT_TRUE(quiesce_guest(agent.path(), std::chrono::seconds{5}));
}

TEST(GuestAgent, SilenceIsAFailureInTimeAndNothingWasOrdered) {
  FakeAgent agent([](const std::string&) { return ""; });
  const auto before = std::chrono::steady_clock::now();
  const Status quiesced = quiesce_guest(agent.path(), Span{100});
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{1});
  ASSERT_FALSE(quiesced);
  EXPECT_EQ(quiesced.error().kind, ErrorKind::Failed);
  EXPECT_THAT(quiesced.error().hint, HasSubstr("qemu-guest-agent"));
  EXPECT_THAT(agent.commands(), ElementsAre("guest-sync-delimited"));
}

TEST(GuestAgent, AFreezeThatIsNotAnsweredIsTakenBack) {
  FakeAgent agent([](const std::string& command) {
    return command == "guest-fsfreeze-freeze" ? std::string() : willing(command);
  });
  const Status quiesced = quiesce_guest(agent.path(), Span{100});
  ASSERT_FALSE(quiesced);
  EXPECT_EQ(quiesced.error().kind, ErrorKind::Failed);
  EXPECT_THAT(agent.commands(), ElementsAre("guest-sync-delimited", "guest-fsfreeze-freeze", "guest-fsfreeze-thaw"));
}

TEST(GuestAgent, ARefusalIsToldInItsWordsAndTakenBack) {
  FakeAgent agent([](const std::string& command) {
    if (command != "guest-fsfreeze-freeze") return willing(command);
    return std::string("{\"error\": {\"class\": \"GenericError\", \"desc\": \"the command is disabled\"}}\n");
  });
  const Status quiesced = quiesce_guest(agent.path(), std::chrono::seconds{5});
  ASSERT_FALSE(quiesced);
  EXPECT_THAT(quiesced.error().message, HasSubstr("the command is disabled"));
  EXPECT_EQ(agent.commands().back(), "guest-fsfreeze-thaw");
}

TEST(GuestAgent, OneThatTalksWithoutEndFails) {
  FakeAgent agent(willing);
  agent.leave_over(std::string(3 << 20, 'x'));
  const Status quiesced = quiesce_guest(agent.path(), std::chrono::seconds{5});
  ASSERT_FALSE(quiesced);
  EXPECT_THAT(quiesced.error().message, HasSubstr("without end"));
}

TEST(GuestAgent, APortThatIsNotThereIsAFailureAndNotAnAbsentVm) {
  EXPECT_EQ(quiesce_guest("/nonexistent/agent.sock", Span{100}).error().kind, ErrorKind::Failed);
}

}  // namespace
}  // namespace cowherd::testing
