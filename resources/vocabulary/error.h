// SPDX-License-Identifier: Apache-2.0
// What went wrong, told so that the loop knows what to do next and a person knows what to do about it.
// message says what was attempted, on what and why it failed; trail says what that served, innermost first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cowherd {

// The kind says what the reconcile loop does next, not what broke.
enum class ErrorKind {
  Invalid,    // wait for an edit
  NotFound,   // the thing is absent (ENOENT, ENXIO and nothing else)
  Stale,      // the world moved since the plan: drop the step and plan again
  Busy,       // try again soon
  Exhausted,  // no space, memory or devices: stop creating, report
  Denied,     // not permitted: report, retry slowly
  Corrupt,    // quarantine, never collect
  Failed,     // back off
};

std::string_view to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::Failed;
  std::string message{};
  int errno_value = 0;
  std::vector<std::string> trail{};
  std::string hint{};
  std::vector<std::string> also{};  // cleanup errors; the first error wins, these are appended
  std::string reason{};             // CamelCase word for the object's condition, where one says more than "it failed"

  Error in(std::string while_doing) &&;
  Error with_hint(std::string text) &&;
  Error and_also(const Error& cleanup) &&;
  Error because(std::string condition_reason) &&;
  bool operator==(const Error&) const = default;
};

// "load table of 'x': device busy (EBUSY), while creating sandbox 'web' (hint)"
std::string to_string(const Error& error);

Error make_error(ErrorKind kind, std::string message, std::string hint = {});

// Maps errno to a kind: ENOENT, ENXIO, ENODEV, ESRCH: NotFound. EBUSY, EAGAIN, EINTR, ETXTBSY: Busy.
// ENOSPC, EDQUOT, ENOMEM, EMFILE, ENFILE: Exhausted. EACCES, EPERM, EROFS: Denied. Others: Failed.
Error errno_error(int errno_value, std::string_view attempted);

}  // namespace cowherd
