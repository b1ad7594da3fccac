// SPDX-License-Identifier: Apache-2.0
// What a request is answered with: pure, from a page of the board. Paths, lists, errors and watch parameters are those of
// the Kubernetes API (API Concepts, 1.29) as far as they are there; what is not is refused, never overlooked.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "reconciler/api/board.h"
#include "resources/vocabulary/value.h"

namespace cowherd {

struct ApiRequest {
  std::string method{};
  std::string path{};                           // decoded
  std::map<std::string, std::string> query{};  // decoded; without "=" the value is empty
};

struct ApiAnswer {
  int code = 200;
  SharedText body{};
  std::string allowed{};  // the methods, when another was used
  const char* type = "application/json";
};

// For what is measured, which is on no page: whoever asked for the answer has it.
struct MetricsRequest {};

// What a list or a watch is about.
struct Selection {
  Kind kind = Kind::Sandbox;
  std::string name{};  // empty: all of the kind
  bool has(const ObjectName& object) const {
    return object.kind == kind && (name.empty() || object.name.str() == name);
  }
};

struct WatchRequest {
  Selection of{};
  std::optional<BoardVersion> after{};  // none: everything that is there comes first, as ADDED
  std::optional<Span> most{};           // none: until the client goes
  bool bookmarks = false;
};

struct ApiSettings {
  std::string version{};  // of the program
  Span stale_after{};     // a look older than this means that the loop stands still
};

using Answered = std::variant<ApiAnswer, WatchRequest, MetricsRequest>;
Answered answer(const ApiRequest& request, const std::shared_ptr<const Page>& page, Moment now, const ApiSettings& settings);

// How the sources stand: a list, and one by its name. They are not watched.
inline constexpr const char* kSourcesPath = "/apis/cowherd.dev/v1alpha1/sources";
inline constexpr const char* kOrdersPath = "/apis/cowherd.dev/v1alpha1/orders";
// Its body is one (order.h).
bool is_order(const ApiRequest& request);

// A Status object of Kubernetes of what was done.
ApiAnswer success_answer(const std::string& message, Value details);
// A Status object of Kubernetes; the reason follows from the code.
ApiAnswer failure_answer(int code, const std::string& message);
// The Status, one line without its end, that a watch is told which cannot go on from its version.
std::string expired_status(BoardVersion version, const Page& page);

// "/apis/cowherd.dev/v1alpha1/sandboxes"
std::string list_path(Kind kind);

}  // namespace cowherd
