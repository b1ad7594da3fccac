// SPDX-License-Identifier: Apache-2.0
// The server on a real socket, and its client.
#include "reconciler/api/http/server.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "reconciler/api/http/client.h"
#include "reconciler/api/http/unix_socket.h"
#include "tests/contract/temporary_directory.h"
#include "tests/unit/api/statuses.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

constexpr Span kLong = std::chrono::seconds{20};
const std::string kSandboxes = "/apis/cowherd.dev/v1alpha1/sandboxes";

class Server : public ::testing::Test {
 protected:
  void start() {
    auto started = ApiServer::start({socket, {::geteuid(), std::nullopt, std::nullopt}, {"1", kLong}}, {board, desk, metrics, clock});
    ASSERT_TRUE(started) << to_string(started.error());
    server = *std::move(started);
  }
  void post(const std::vector<ObjectStatus>& statuses) {
    board.post(statuses, {clock.now(), true, "", 0});
    server->wake();
  }
  // Lines until the end, or until there are so many.
  std::vector<std::string> read_lines(std::vector<Exchange>& exchange, std::size_t most) {
    std::vector<std::string> all;
    while (all.size() < most && !exchange.front().ended()) {
      wait_for_any(exchange, kLong);
      EXPECT_TRUE(exchange.front().take());
      for (std::string& line : exchange.front().lines()) all.push_back(std::move(line));
    }
    return all;
  }
  std::vector<Exchange> begin(const std::string& target) {
    std::vector<Exchange> exchange;
    exchange.push_back(*Exchange::begin(socket, target));
    return exchange;
  }

  TemporaryDirectory directory{};
  std::string socket = directory.path() + "/run/api.sock";
  SystemClock clock{};
  Board board{kFirst, {64, 1 << 20}};
  OrderDesk desk{[] {}};
  Metrics metrics{{"1", {}, kLong}, [](const std::string&) { return Result<Bytes>(Bytes{}); }};
  std::unique_ptr<ApiServer> server{};
};

TEST_F(Server, AnswersWholeBodiesOfAnySize) {
  start();
  EXPECT_EQ(503, fetch(socket, kSandboxes, kLong)->code);
  post({a_sandbox_status("web", std::string(3'000'000, 'x'))});
  const auto reply = fetch(socket, kSandboxes, kLong);
  ASSERT_TRUE(reply);
  EXPECT_EQ(200, reply->code);
  EXPECT_GT(reply->body.size(), 3'000'000u);
  EXPECT_TRUE(reply->body.ends_with("]}\n"));
}

TEST_F(Server, AWatchIsWokenByAPage) {
  start();
  post({});
  auto watch = begin(kSandboxes + "?watch=1");
  EXPECT_EQ(200, fetch(socket, "/readyz", kLong)->code);  // the watch was accepted before
  post({a_sandbox_status("web")});
  const auto lines = read_lines(watch, 1);
  ASSERT_EQ(1u, lines.size());
  EXPECT_THAT(lines.front(), HasSubstr("ADDED"));
}

TEST_F(Server, ASlowReaderIsToldThatItIsGoneAndClosed) {
  start();
  post({a_sandbox_status("web")});
  auto watch = begin(kSandboxes + "?watch=1");
  ASSERT_EQ(1u, read_lines(watch, 1).size());
  for (int i = 0; i < 2000; ++i) post({a_sandbox_status("web", std::to_string(i) + std::string(4096, 'x'))});
  const auto lines = read_lines(watch, 1'000'000);
  EXPECT_TRUE(watch.front().ended());
  ASSERT_FALSE(lines.empty());
  EXPECT_LT(lines.size(), 2000u);
  EXPECT_THAT(lines.back(), HasSubstr(R"("code":410)"));
  EXPECT_THAT(lines.back(), HasSubstr(R"("type":"ERROR")"));
}

TEST_F(Server, AnOrderIsAnsweredWhenTheLoopHasCarriedItOut) {
  start();
  std::vector<Exchange> exchange;
  exchange.push_back(*Exchange::begin(socket, kOrdersPath, print_order(ApproveOrder{"prune", ""})));
  std::vector<WaitingOrder> waiting;
  while (waiting.empty()) waiting = desk.after_look();
  EXPECT_EQ(Order(ApproveOrder{"prune", ""}), waiting.front().order);
  EXPECT_EQ(::geteuid(), waiting.front().peer.uid);
  EXPECT_EQ(200, fetch(socket, "/livez", kLong)->code);  // nobody else waits
  desk.answer(waiting.front().ticket, success_answer("done", Value::map()));
  server->wake();
  const auto lines = read_lines(exchange, 1);
  ASSERT_EQ(1u, lines.size());
  EXPECT_THAT(lines.front(), HasSubstr(R"("message":"done")"));
}

TEST_F(Server, AnOrderWhoseClientHasGoneIsWithdrawn) {
  start();
  for (int i = 0; i < 200; ++i) {  // more than the desk holds
    {
      const auto left = Exchange::begin(socket, kOrdersPath, print_order(LookOrder{}));
      ASSERT_TRUE(left);
      while (desk.after_look().empty()) {
      }
    }
    while (!desk.after_look().empty()) {
    }
  }
}

TEST_F(Server, EndsBesideConnectionsInEveryState) {
  start();
  post({a_sandbox_status("web", std::string(1'000'000, 'x'))});
  auto idle = begin(kSandboxes + "?watch=1");
  const auto ordering = Exchange::begin(socket, kOrdersPath, print_order(LookOrder{}));
  ASSERT_TRUE(ordering);
  while (desk.after_look().empty()) {
  }
  auto stuck = begin(kSandboxes);  // more than a socket holds, and never read
  EXPECT_EQ(1u, read_lines(idle, 1).size());
  server.reset();
  EXPECT_FALSE(std::ifstream(socket).good());
  EXPECT_EQ(ErrorKind::NotFound, fetch(socket, "/livez", kLong).error().kind);
}

TEST_F(Server, ALiveSocketIsNeverReplacedAndADeadOneIs) {
  start();
  EXPECT_EQ(ErrorKind::Busy, ListeningSocket::open(socket, AdmissionRules{}).error().kind);
  server.reset();
  const std::string dead = directory.path() + "/dead.sock";
  ASSERT_TRUE(ListeningSocket::open(dead + ".first", AdmissionRules{}));
  {
    auto first = ListeningSocket::open(dead, AdmissionRules{});
    ASSERT_TRUE(first);
    ASSERT_EQ(0, ::link(dead.c_str(), (dead + ".kept").c_str()));
  }
  ASSERT_EQ(0, ::rename((dead + ".kept").c_str(), dead.c_str()));  // what a killed one leaves: a name without a listener
  EXPECT_EQ(ErrorKind::NotFound, connect_to(dead).error().kind);
  const auto second = ListeningSocket::open(dead, AdmissionRules{});
  EXPECT_TRUE(second);
  EXPECT_TRUE(connect_to(dead));
}

TEST_F(Server, WhatIsNoSocketIsNeverReplaced) {
  const std::string file = directory.path() + "/file";
  std::ofstream(file) << "precious";
  EXPECT_EQ(ErrorKind::Busy, ListeningSocket::open(file, AdmissionRules{}).error().kind);
  std::string text;
  std::ifstream(file) >> text;
  EXPECT_EQ("precious", text);
}

TEST_F(Server, ALongPathIsSaid) {
  const auto opened = ListeningSocket::open(directory.path() + "/" + std::string(120, 'x'), AdmissionRules{});
  ASSERT_FALSE(opened);
  EXPECT_THAT(to_string(opened.error()), HasSubstr("api.socket"));
}

TEST_F(Server, ThePeerIsKnownByTheKernelsWord) {
  start();
  const auto fd = connect_to(socket);
  ASSERT_TRUE(fd);
  const auto peer = peer_of(fd->get());
  ASSERT_TRUE(peer);
  EXPECT_EQ(::geteuid(), peer->uid);
}

}  // namespace
}  // namespace cowherd::testing
