// SPDX-License-Identifier: Apache-2.0
// Webhooks at the server, on real sockets.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <mutex>

#include "reconciler/api/http/server.h"
#include "reconciler/api/webhook.h"
#include "tests/contract/temporary_directory.h"
#include "tests/unit/api/statuses.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kLong = 20'000;  // milliseconds
const std::string kSecret(40, 's');
const std::string kHook = "/apis/cowherd.dev/v1alpha1/sources/fleet/hook";

std::string signature_of(const std::string& body) {
  HmacSha256 code(kSecret);
  code.update(body);
  return "sha256=" + code.finish().str();
}

class WebhookServer : public ::testing::Test {
 protected:
  void SetUp() override {
    write_secret(0600);
    auto door = TcpDoor::open({0, ListenOn::Loopback, token_file()});
    ASSERT_TRUE(door) << to_string(door.error());
    port = (*door)->port();
    ServerSettings settings{directory.path() + "/api.sock", {::geteuid(), std::nullopt, std::nullopt}, {"1", Span{kLong}},
                            {{a_name("fleet"), secret_file()}}};
    auto started = ApiServer::start(settings, {board, desk, metrics, clock, [this](const ResourceName& name) { return ask(name); }},
                                    *std::move(door));
    ASSERT_TRUE(started) << to_string(started.error());
    server = *std::move(started);
  }

  std::string secret_file() const { return directory.path() + "/secret"; }
  std::string token_file() const {
    const std::string path = directory.path() + "/token";
    std::ofstream(path) << std::string(40, 't');
    ::chmod(path.c_str(), 0600);
    return path;
  }
  void write_secret(mode_t mode) {
    std::ofstream(secret_file()) << kSecret << "\n";
    ::chmod(secret_file().c_str(), mode);
  }
  bool ask(const ResourceName& name) {
    const std::lock_guard<std::mutex> guard(mutex);
    asked.push_back(name.str());
    return true;
  }

  // Over TCP, without the token: the whole answer.
  std::string post(const std::string& target, const std::string& headers, const std::string& body, const std::string& method = "POST") {
    const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(0, ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
    const std::string request = method + " " + target + " HTTP/1.0\r\nHost: elsewhere.example\r\n" + headers +
                                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    for (std::size_t sent = 0; sent < request.size();) {
      const ssize_t more = ::send(fd.get(), request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (more <= 0) break;
      sent += static_cast<std::size_t>(more);
    }
    return answer_from(fd.get());
  }
  static std::string answer_from(int fd) {
    std::string answer;
    std::string buffer(4096, '\0');
    pollfd waiting{fd, POLLIN, 0};
    while (::poll(&waiting, 1, kLong) > 0) {
      const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) break;
      answer.append(buffer, 0, static_cast<std::size_t>(got));
    }
    return answer;
  }
  std::string signed_with(const std::string& signature, const std::string& body = "{}") {
    return post(kHook, "X-Hub-Signature-256: " + signature + "\r\n", body);
  }
  bool has_counted(const std::string& answer, int count) {
    return metrics.text({}).find("cowherd_source_webhooks_total{answer=\"" + answer + "\"} " + std::to_string(count) + "\n") != std::string::npos;
  }

  TemporaryDirectory directory{};
  SystemClock clock{};
  Board board{kFirst};
  OrderDesk desk{[] {}};
  Metrics metrics{{"1", {}, Span{kLong}}, [](const std::string&) { return Result<Bytes>(Bytes{}); }};
  std::mutex mutex{};
  std::vector<std::string> asked{};
  std::uint16_t port = 0;
  std::unique_ptr<ApiServer> server{};
};

TEST_F(WebhookServer, ASignedOneHasTheSourceLook) {
  EXPECT_THAT(signed_with(signature_of("{}")), HasSubstr("HTTP/1.1 202"));
  EXPECT_THAT(asked, ElementsAre("fleet"));
  EXPECT_THAT(post(kHook, "X-Hub-Signature: " + signature_of("{}") + "\r\n", "{}"), HasSubstr("HTTP/1.1 202"));
  EXPECT_EQ(2u, asked.size());
  EXPECT_TRUE(has_counted("accepted", 2));
}

TEST_F(WebhookServer, AnyOtherIsRefusedAndAsksNothing) {
  EXPECT_THAT(signed_with(signature_of("{ }")), HasSubstr("HTTP/1.1 403"));
  EXPECT_THAT(signed_with(""), HasSubstr("HTTP/1.1 403"));
  EXPECT_THAT(post(kHook, "", "{}"), HasSubstr("HTTP/1.1 403"));
  EXPECT_THAT(post(kHook, "X-Gitlab-Token: " + kSecret + "\r\n", "{}"), HasSubstr("HTTP/1.1 403"));
  EXPECT_THAT(asked, IsEmpty());
  EXPECT_TRUE(has_counted("refused", 4));
}

TEST_F(WebhookServer, WithoutASecretThereIsNone) {
  EXPECT_THAT(post("/apis/cowherd.dev/v1alpha1/sources/lab/hook", "", "{}"), HasSubstr("HTTP/1.1 404"));
  EXPECT_TRUE(has_counted("refused", 0));
}

TEST_F(WebhookServer, ASecretThatOthersReadIsNotUsed) {
  write_secret(0644);
  EXPECT_THAT(signed_with(signature_of("{}")), HasSubstr("HTTP/1.1 503"));
  EXPECT_THAT(asked, IsEmpty());
  EXPECT_TRUE(has_counted("unusable", 1));
  write_secret(0600);
  EXPECT_THAT(signed_with(signature_of("{}")), HasSubstr("HTTP/1.1 202"));
}

TEST_F(WebhookServer, ALongBodyIsHashedWholeAndATooLongOneRefused) {
  const std::string most(HookBody::kMost, 'x');
  EXPECT_THAT(signed_with(signature_of(most), most), HasSubstr("HTTP/1.1 202"));
  EXPECT_THAT(signed_with(signature_of(most + "x"), most + "x"), HasSubstr("HTTP/1.1 413"));
  EXPECT_EQ(1u, asked.size());
}

TEST_F(WebhookServer, NothingElseIsLetInByIt) {
  const std::string headers = "X-Hub-Signature-256: " + signature_of("{}") + "\r\n";
  EXPECT_THAT(post(kHook, headers, "{}", "GET"), HasSubstr("HTTP/1.1 401"));
  EXPECT_THAT(post("/apis/cowherd.dev/v1alpha1/orders", headers, "{}"), HasSubstr("HTTP/1.1 401"));
  EXPECT_THAT(post("/apis/cowherd.dev/v1alpha1/sources/fleet", headers, "{}"), HasSubstr("HTTP/1.1 401"));
  EXPECT_THAT(asked, IsEmpty());
}

}  // namespace
}  // namespace cowherd::testing
