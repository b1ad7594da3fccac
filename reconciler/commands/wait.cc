// SPDX-License-Identifier: Apache-2.0
// cowherd wait: until objects are as asked for, as the daemon tells it. Looks at nothing itself, so it needs no permission
// but to ask.
#include <chrono>
#include <cstdio>
#include <map>

#include "reconciler/commands/api_socket.h"
#include "reconciler/commands/commands.h"
#include "reconciler/commands/following.h"
#include "reconciler/commands/kind_names.h"
#include "reconciler/commands/tell.h"

namespace cowherd {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

Span rest_until(SteadyTime deadline) {
  return std::max(Span{}, std::chrono::ceil<Span>(deadline - std::chrono::steady_clock::now()));
}

// What is known of the awaited objects, by "Sandbox/web".
class Awaited {
 public:
  explicit Awaited(const WaitArguments& arguments) : condition_(arguments.condition), objects_(arguments.objects) {}

  std::vector<Followed> followed() const {
    std::vector<Followed> all;
    for (const ObjectName& object : objects_) all.push_back({object.kind, object.name.str()});
    return all;
  }
  void forget() { there_.clear(); }
  void take(const std::vector<News>& news) {
    for (const News& one : news) {
      const std::string object = object_of(one.document);
      if (one.is_gone) {
        there_.erase(object);
      } else {
        there_.insert_or_assign(object, one.document);
      }
    }
  }
  bool is_met(const ObjectName& object) const {
    const Value* document = find(object);
    if (condition_.type.empty()) return document == nullptr;
    return document != nullptr && has(*document, condition_);
  }
  bool all_met() const {
    return std::all_of(objects_.begin(), objects_.end(), [this](const ObjectName& object) { return is_met(object); });
  }
  void tell_unmet() const {
    for (const ObjectName& object : objects_) {
      if (!is_met(object)) tell(to_string(object) + ": " + describe_awaited(find(object), condition_));
    }
  }
  void print_met() const {
    const std::string what = condition_.type.empty() ? "is gone" : condition_.type + " is " + condition_.status;
    for (const ObjectName& object : objects_) std::printf("%s: %s\n", to_string(object).c_str(), what.c_str());
  }

 private:
  const Value* find(const ObjectName& object) const {
    const auto found = there_.find(to_string(object));
    return found == there_.end() ? nullptr : &found->second;
  }

  AwaitedCondition condition_;
  std::vector<ObjectName> objects_;
  std::map<std::string, Value> there_{};
};

// Done, or why it is not: Busy when the time is over.
Status wait_for(Awaited& awaited, Following& following, SteadyTime deadline) {
  auto news = following.begin();
  if (!news && news.error().kind == ErrorKind::Busy) news = following.begin_again(rest_until(deadline));
  if (!news) return fail(news.error());
  awaited.take(*news);
  while (!awaited.all_met()) {
    if (rest_until(deadline) == Span{}) return fail(ErrorKind::Busy, "the time is over");
    news = following.next(rest_until(deadline));
    if (!news) {
      news = following.begin_again(rest_until(deadline));
      awaited.forget();
    }
    if (!news) return fail(news.error());
    awaited.take(*news);
  }
  return {};
}

}  // namespace

ExitCode wait_command(const Options& options, const WaitArguments& arguments) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + arguments.timeout;
  const auto socket = find_api_socket(options);
  if (const auto* failure = std::get_if<SessionFailure>(&socket)) return tell(*failure);
  Awaited awaited(arguments);
  Following following(std::get<std::string>(socket), awaited.followed());
  const Status waited = wait_for(awaited, following, deadline);
  if (waited) {
    awaited.print_met();
    return ExitCode::Done;
  }
  if (waited.error().kind != ErrorKind::Busy) return tell_unanswered(waited.error());
  awaited.tell_unmet();
  tell("not so within " + print_span(arguments.timeout) + "; the daemon goes on");
  return ExitCode::Timeout;
}

}  // namespace cowherd
