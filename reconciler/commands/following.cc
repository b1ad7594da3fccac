// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/following.h"

#include <poll.h>

#include <chrono>

#include "reconciler/api/answer.h"
#include "reconciler/commands/tell.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

constexpr Span kAnswers = std::chrono::seconds{10};
constexpr int kBetweenTries = 100;  // milliseconds

// The daemon's own words for it.
tl::unexpected<Error> refusal(const HttpReply& reply) {
  const auto status = parse_json(reply.body);
  const auto message = status ? string_at(*status, "message") : Result<std::string>(reply.body);
  const std::string told = "ask the daemon: " + message.value_or(reply.body);
  if (reply.code == 403) return fail(ErrorKind::Denied, told);
  if (reply.code == 410) return fail(ErrorKind::Stale, told);
  return fail(reply.code == 429 || reply.code == 503 ? ErrorKind::Busy : ErrorKind::Failed, told);
}

std::string target_of(const Followed& followed) {
  return list_path(followed.kind) + "?" + (followed.name.empty() ? "" : "fieldSelector=metadata.name%3D" + followed.name);
}

Result<News> read_news(const std::string& line) {
  COWHERD_ASSIGN(Value event, parse_json(line));
  COWHERD_ASSIGN(const std::string type, string_at(event, "type"));
  const Value* document = event.find("object");
  if (type == "ERROR" || document == nullptr) return fail(ErrorKind::Stale, "watch: the daemon cannot go on from here");
  return News{type == "DELETED", *document};
}

}  // namespace

Result<std::vector<News>> Following::begin() {
  watches_.clear();
  std::vector<News> there;
  for (const Followed& followed : followed_) {
    COWHERD_ASSIGN(const HttpReply reply, fetch(socket_, target_of(followed), kAnswers));
    if (reply.code != 200) return refusal(reply);
    COWHERD_ASSIGN(const Value list, parse_json(reply.body));
    const Value* items = list.find("items");
    const Value* version = list.find_path("metadata.resourceVersion");
    if (items == nullptr || items->as_list() == nullptr || version == nullptr || version->as_string() == nullptr) {
      return fail(ErrorKind::Corrupt, "read the daemon's answer: it is not a list");
    }
    for (const Value& item : *items->as_list()) there.push_back({false, item});
    COWHERD_ASSIGN(Exchange watch, Exchange::begin(socket_, target_of(followed) + "&watch=1&resourceVersion=" + *version->as_string()));
    watches_.push_back(std::move(watch));
  }
  return there;
}

Result<std::vector<News>> Following::begin_again(Span most) {
  const auto deadline = std::chrono::steady_clock::now() + most;
  while (true) {
    auto there = begin();
    const bool may_pass = !there && there.error().kind != ErrorKind::Denied && there.error().kind != ErrorKind::Corrupt;
    if (!may_pass || std::chrono::steady_clock::now() >= deadline) return there;
    ::poll(nullptr, 0, kBetweenTries);  // nothing tells that a daemon has come
  }
}

Result<std::vector<News>> Following::next(Span most) {
  wait_for_any(watches_, most);
  std::vector<News> news;
  for (Exchange& watch : watches_) {
    COWHERD_TRY(watch.take());
    if (watch.code() != 0 && watch.code() != 200) return fail(ErrorKind::Stale, "watch: the daemon cannot go on from here");
    for (const std::string& line : watch.lines()) {
      COWHERD_ASSIGN(News one, read_news(line));
      news.push_back(std::move(one));
    }
    if (watch.ended() && news.empty()) return fail(ErrorKind::Stale, "watch: the daemon ended it");
  }
  return news;
}

ExitCode tell_unanswered(const Error& error) {
  if (error.kind == ErrorKind::NotFound) {
    tell(to_string(error) + "; no daemon runs: start one with 'cowherd run' or 'systemctl start cowherd'");
    return ExitCode::NoDaemon;
  }
  const bool denied = error.kind == ErrorKind::Denied;
  tell(to_string(error) + (denied ? "; ask as root, as the daemon's own user or as a member of api.viewGroup or api.adminGroup" : ""));
  return denied ? ExitCode::Permission : ExitCode::Failure;
}

}  // namespace cowherd
