// SPDX-License-Identifier: Apache-2.0
#include "resources/vocabulary/error.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace cowherd {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Invalid: return "invalid";
    case ErrorKind::NotFound: return "not found";
    case ErrorKind::Stale: return "stale";
    case ErrorKind::Busy: return "busy";
    case ErrorKind::Exhausted: return "exhausted";
    case ErrorKind::Denied: return "denied";
    case ErrorKind::Corrupt: return "corrupt";
    case ErrorKind::Failed: return "failed";
  }
  return "failed";
}

Error Error::in(std::string while_doing) && {
  trail.push_back(std::move(while_doing));
  return std::move(*this);
}

Error Error::with_hint(std::string text) && {
  if (hint.empty()) hint = std::move(text);
  return std::move(*this);
}

Error Error::and_also(const Error& cleanup) && {
  also.push_back(to_string(cleanup));
  return std::move(*this);
}

Error Error::because(std::string condition_reason) && {
  if (reason.empty()) reason = std::move(condition_reason);
  return std::move(*this);
}

std::string to_string(const Error& error) {
  std::string text = error.message;
  for (const std::string& step : error.trail) text += ", while " + step;
  for (const std::string& more : error.also) text += "; then " + more;
  if (!error.hint.empty()) text += " (" + error.hint + ")";
  return text;
}

Error make_error(ErrorKind kind, std::string message, std::string hint) {
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return error;
}

namespace {

ErrorKind kind_of(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
    case ESRCH: return ErrorKind::NotFound;
    case EBUSY:
    case EAGAIN:
    case EINTR:
    case ETXTBSY: return ErrorKind::Busy;
    case ENOSPC:
    case EDQUOT:
    case ENOMEM:
    case EMFILE:
    case ENFILE: return ErrorKind::Exhausted;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorKind::Denied;
    default: return ErrorKind::Failed;
  }
}

}  // namespace

Error errno_error(int errno_value, std::string_view attempted) {
  Error error;
  error.kind = kind_of(errno_value);
  error.errno_value = errno_value;
  const char* text = strerrordesc_np(errno_value);
  const char* name = strerrorname_np(errno_value);
  error.message = std::string(attempted) + ": " + (text != nullptr ? text : "unknown error");
  if (name != nullptr) error.message += std::string(" (") + name + ")";
  return error;
}

}  // namespace cowherd
