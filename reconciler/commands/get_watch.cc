// SPDX-License-Identifier: Apache-2.0
// cowherd get -w: what is there, then a line for each change, as the daemon tells it. Ends when the reader or the daemon
// does.
#include "reconciler/commands/get_watch.h"

#include <cstdio>
#include <map>

#include "reconciler/commands/api_socket.h"
#include "reconciler/commands/awaited.h"
#include "reconciler/commands/following.h"
#include "reconciler/commands/tell.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

// A daemon that is started again is waited for.
constexpr Span kComesBack = std::chrono::seconds{30};
constexpr Span kLongest = std::chrono::hours{1};

const char* kRow = "%-32s %-8s %-20s %s\n";

std::vector<Followed> followed_by(const std::optional<Kind>& kind, const std::string& name) {
  if (kind) return {{*kind, name}};
  return {{Kind::Template, ""}, {Kind::Sandbox, ""}, {Kind::Snapshot, ""}, {Kind::RetentionPolicy, ""}};
}

std::string text_at(const Value* map, std::string_view key) {
  return map == nullptr ? "" : string_at(*map, key).value_or(std::string());
}

void print_row(const std::string& object, const News& news) {
  const Value* ready = condition_in(news.document, "Ready");
  const std::string status = news.is_gone ? "-" : text_at(ready, "status");
  const std::string reason = news.is_gone ? "Gone" : text_at(ready, "reason");
  std::printf(kRow, object.c_str(), status.c_str(), reason.c_str(), news.is_gone ? "" : text_at(ready, "message").c_str());
}

// Prints what differs from what it printed before; a list that is read again repeats nothing.
class ChangePrinter {
 public:
  explicit ChangePrinter(OutputFormat output) : output_(output) {
    if (output_ != OutputFormat::Json) std::printf(kRow, "OBJECT", "READY", "STATUS", "MESSAGE");
  }

  void print_all(const std::vector<News>& there) {
    std::map<std::string, Value> before = std::move(printed_);
    printed_.clear();
    for (const News& news : there) {
      const std::string object = object_of(news.document);
      const auto known = before.find(object);
      const bool is_same = known != before.end() && known->second == news.document;
      if (is_same) printed_.insert_or_assign(object, news.document);
      if (!is_same) print(news);
      if (known != before.end()) before.erase(known);
    }
    for (const auto& [object, document] : before) print({true, document});
    std::fflush(stdout);
  }
  void print_changes(const std::vector<News>& changes) {
    for (const News& news : changes) print(news);
    std::fflush(stdout);
  }

 private:
  void print(const News& news) {
    const std::string object = object_of(news.document);
    if (output_ == OutputFormat::Json) {
      std::printf("%s\n", print_json(news.document, JsonStyle::Compact).c_str());
    } else {
      print_row(object, news);
    }
    if (news.is_gone) {
      printed_.erase(object);
    } else {
      printed_.insert_or_assign(object, news.document);
    }
  }

  OutputFormat output_;
  std::map<std::string, Value> printed_{};
};

}  // namespace

ExitCode watch_objects(const Options& options, const std::optional<Kind>& kind, const std::string& name,
                       OutputFormat output) {
  const auto socket = find_api_socket(options);
  if (const auto* failure = std::get_if<SessionFailure>(&socket)) return tell(*failure);
  Following following(std::get<std::string>(socket), followed_by(kind, name));
  auto news = following.begin();
  if (!news && news.error().kind == ErrorKind::Busy) news = following.begin_again(kComesBack);
  if (!news) return tell_unanswered(news.error());
  ChangePrinter printer(output);
  printer.print_all(*news);
  while (std::ferror(stdout) == 0) {
    news = following.next(kLongest);
    if (news) {
      printer.print_changes(*news);
      continue;
    }
    news = following.begin_again(kComesBack);
    if (!news) return tell_unanswered(news.error());
    printer.print_all(*news);
  }
  return ExitCode::Failure;
}

}  // namespace cowherd
