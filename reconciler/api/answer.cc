// SPDX-License-Identifier: Apache-2.0
#include "reconciler/api/answer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "reconciler/api/readiness.h"
#include "reconciler/api/source_document.h"
#include "reconciler/api/webhook.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

constexpr std::string_view kRoot = "/apis/";
constexpr std::string_view kNameSelector = "metadata.name=";
constexpr std::int64_t kLongestWatchSeconds = 24 * 3600;

constexpr std::array kKinds{Kind::Template, Kind::Sandbox, Kind::Snapshot, Kind::RetentionPolicy};

using Query = std::map<std::string, std::string>;

const char* reason_of(int code) {
  switch (code) {
    case 400: return "BadRequest";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "NotFound";
    case 405: return "MethodNotAllowed";
    case 409: return "Conflict";
    case 410: return "Expired";
    case 413: return "RequestEntityTooLarge";
    case 429: return "TooManyRequests";
    case 503: return "ServiceUnavailable";
    default: return "InternalError";
  }
}

std::string failure_status(int code, const std::string& message) {
  Value status = Value::map();
  status.set("kind", "Status");
  status.set("apiVersion", "v1");
  status.set("metadata", Value::map());
  status.set("status", "Failure");
  status.set("message", message);
  status.set("reason", reason_of(code));
  status.set("code", code);
  return print_json(status, JsonStyle::Compact);
}

ApiAnswer json_answer(int code, std::string text) {
  return {code, shared(std::move(text)), {}};
}

ApiAnswer not_allowed(const std::string& allowed, const std::string& message) {
  ApiAnswer answer = failure_answer(405, message);
  answer.allowed = allowed;
  return answer;
}

const char* plural_of(Kind kind) {
  switch (kind) {
    case Kind::Template: return "templates";
    case Kind::Sandbox: return "sandboxes";
    case Kind::Snapshot: return "snapshots";
    case Kind::RetentionPolicy: break;
  }
  return "retentionpolicies";
}

// The kind and name of "/apis/…/sandboxes" and "/apis/…/sandboxes/web".
std::optional<Selection> selection_of(const std::string& path) {
  for (const Kind kind : kKinds) {
    const std::string list = list_path(kind);
    if (path == list) return Selection{kind, ""};
    if (!path.starts_with(list + "/")) continue;
    std::string name = path.substr(list.size() + 1);
    if (ResourceName::make(name)) return Selection{kind, std::move(name)};
  }
  return std::nullopt;
}

std::string value_of(const Query& query, const std::string& key) {
  const auto found = query.find(key);
  return found == query.end() ? "" : found->second;
}

bool is_true(const Query& query, const std::string& key) {
  const std::string value = value_of(query, key);
  return value == "1" || value == "true" || (value.empty() && query.contains(key));
}

// Empty text is no number, and neither is one with anything around it.
template <class Number>
std::optional<Number> number_of(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A list of too many objects would be taken for what was asked for.
std::string unsupported_in(const Query& query, Selection& selection) {
  if (!value_of(query, "labelSelector").empty()) return "labelSelector is not supported";
  if (!value_of(query, "continue").empty()) return "continue is not supported: lists come whole";
  const std::string fields = value_of(query, "fieldSelector");
  if (fields.empty()) return "";
  const std::string name = fields.substr(std::min(fields.size(), kNameSelector.size()));
  if (!fields.starts_with(kNameSelector) || !ResourceName::make(name)) {
    return "fieldSelector '" + fields + "' is not supported; metadata.name=NAME is";
  }
  if (!selection.name.empty() && selection.name != name) return "fieldSelector names another object than the path";
  selection.name = name;
  return "";
}

ApiAnswer list_answer(const Selection& selection, const Page& page) {
  std::string text = std::string("{\"apiVersion\":\"") + std::string(kApiVersion) + "\",\"kind\":\"" +
                     std::string(to_string(selection.kind)) + "List\",\"metadata\":{\"resourceVersion\":\"" +
                     std::to_string(page.version) + "\"},\"items\":[";
  bool first = true;
  for (const auto& [name, posted] : page.objects) {
    if (!selection.has(name)) continue;
    if (!first) text += ",";
    text += *posted->text;
    first = false;
  }
  return json_answer(200, text + "]}\n");
}

ApiAnswer object_answer(const Selection& selection, const Page& page) {
  for (const auto& [name, posted] : page.objects) {
    if (selection.has(name)) return json_answer(200, *posted->text + "\n");
  }
  return failure_answer(404, std::string(to_string(selection.kind)) + "/" + selection.name + " is neither declared nor on this host");
}

Answered watch_answer(Selection selection, const Query& query, const Page& page) {
  WatchRequest watch{std::move(selection), std::nullopt, std::nullopt, is_true(query, "allowWatchBookmarks")};
  const std::string version = value_of(query, "resourceVersion");
  if (!version.empty() && version != "0") {
    watch.after = number_of<BoardVersion>(version);
    if (!watch.after) return failure_answer(400, "resourceVersion '" + version + "' is not one that was given out");
    if (*watch.after < page.forgotten || *watch.after > page.version) return json_answer(410, expired_status(*watch.after, page) + "\n");
  }
  const std::string seconds = value_of(query, "timeoutSeconds");
  if (!seconds.empty()) {
    const auto number = number_of<std::int64_t>(seconds);
    if (!number || *number < 0) return failure_answer(400, "timeoutSeconds '" + seconds + "' is not a number of seconds");
    if (*number > 0) watch.most = std::chrono::seconds{std::min(*number, kLongestWatchSeconds)};
  }
  return watch;
}

Answered objects_answer(Selection selection, const Query& query, const Page* page) {
  if (page == nullptr) return failure_answer(503, "the first look at the host is not done yet");
  const bool is_one = !selection.name.empty();
  const std::string unsupported = unsupported_in(query, selection);
  if (!unsupported.empty()) return failure_answer(400, unsupported);
  if (is_true(query, "watch")) return watch_answer(std::move(selection), query, *page);
  return is_one ? object_answer(selection, *page) : list_answer(selection, *page);
}

// The name in "/apis/…/sources/fleet", empty for the list.
std::optional<std::string> source_in(const std::string& path) {
  const std::string list = kSourcesPath;
  if (path == list) return "";
  if (!path.starts_with(list + "/")) return std::nullopt;
  std::string name = path.substr(list.size() + 1);
  return ResourceName::make(name) ? std::optional(std::move(name)) : std::nullopt;
}

ApiAnswer sources_answer(const std::string& name, const Query& query, const Page* page) {
  if (page == nullptr) return failure_answer(503, "the first look at the host is not done yet");
  for (const char* key : {"watch", "labelSelector", "fieldSelector", "continue"}) {
    if (query.contains(key)) return failure_answer(400, std::string(key) + " is not supported for sources");
  }
  const std::vector<SourceStatus>& sources = page->look.sources;
  if (name.empty()) return json_answer(200, print_json(source_list(sources), JsonStyle::Compact) + "\n");
  const auto found = std::find_if(sources.begin(), sources.end(), [&](const SourceStatus& one) { return one.name.str() == name; });
  if (found == sources.end()) return failure_answer(404, "the configuration has no source '" + name + "'");
  return json_answer(200, print_json(source_document(*found), JsonStyle::Compact) + "\n");
}

ApiAnswer version_answer(const ApiSettings& settings) {
  Value version = Value::map();
  version.set("version", settings.version);
  version.set("apiVersion", std::string(kApiVersion));
  return json_answer(200, print_json(version, JsonStyle::Pretty));
}

}  // namespace

std::string list_path(Kind kind) { return std::string(kRoot) + std::string(kApiVersion) + "/" + plural_of(kind); }

ApiAnswer failure_answer(int code, const std::string& message) {
  return json_answer(code, failure_status(code, message) + "\n");
}

bool is_order(const ApiRequest& request) { return request.method == "POST" && request.path == kOrdersPath; }

ApiAnswer success_answer(const std::string& message, Value details) {
  Value status = Value::map();
  status.set("kind", "Status");
  status.set("apiVersion", "v1");
  status.set("metadata", Value::map());
  status.set("status", "Success");
  status.set("message", message);
  status.set("details", std::move(details));
  return json_answer(200, print_json(status, JsonStyle::Compact) + "\n");
}

std::string expired_status(BoardVersion version, const Page& page) {
  return failure_status(410, "resource version " + std::to_string(version) + " is not known any more: changes after " +
                                 std::to_string(page.forgotten) + " are, up to " + std::to_string(page.version) + "; list again");
}

Answered answer(const ApiRequest& request, const std::shared_ptr<const Page>& page, Moment now, const ApiSettings& settings) {
  const auto selection = selection_of(request.path);
  const auto source = source_in(request.path);
  const bool is_known = selection || source || request.path == "/livez" || request.path == "/readyz" || request.path == "/version" ||
                        request.path == "/metrics";
  if (request.path == kOrdersPath) return not_allowed("POST", request.method + " is not allowed: orders are posted");
  if (hook_source(request.path)) return not_allowed("POST", request.method + " is not allowed: webhooks are posted");
  if (!is_known) return failure_answer(404, "there is nothing at '" + request.path + "'");
  if (request.method != "GET" && request.method != "HEAD") {
    return not_allowed("GET, HEAD", request.method + " is not allowed: manifests are changed by editing their files");
  }
  if (selection) return objects_answer(*selection, request.query, page.get());
  if (source) return sources_answer(*source, request.query, page.get());
  if (request.path == "/version") return version_answer(settings);
  if (request.path == "/metrics") return MetricsRequest{};
  const Readiness readiness = request.path == "/livez" ? Readiness{} : readiness_of(page.get(), now, settings.stale_after);
  return json_answer(readiness.is_ready() ? 200 : 503, print_json(to_value(readiness), JsonStyle::Pretty));
}

}  // namespace cowherd
