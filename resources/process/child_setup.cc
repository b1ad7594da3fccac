// SPDX-License-Identifier: Apache-2.0
#include "resources/process/child_setup.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <limits>

namespace cowherd {

namespace {

// 0, or the errno of what failed. The kernel's own calls: those of glibc signal the threads of a process that had them.
int take_user(const ChildUser& user) {
  const gid_t other = user.device_group.value_or(0);
  if (::syscall(SYS_setgroups, user.device_group ? 1 : 0, &other) != 0) return errno;
  const gid_t group = user.group.value_or(user.id);
  if (::syscall(SYS_setresgid, group, group, group) != 0) return errno;
  // Takes every permitted and effective capability away (capabilities(7)); what is inheritable goes with capset.
  if (::syscall(SYS_setresuid, user.id, user.id, user.id) != 0) return errno;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
  return ::syscall(SYS_capset, &header, none) == 0 ? 0 : errno;
}

}  // namespace

void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction fresh {};
    fresh.sa_handler = SIG_DFL;
    ::sigaction(signal, &fresh, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void close_from(unsigned first, int kept) {
  const auto number = static_cast<unsigned>(kept);
  if (number > first) ::syscall(SYS_close_range, first, number - 1, 0U);
  ::syscall(SYS_close_range, number + 1, std::numeric_limits<unsigned>::max(), 0U);
}

int confine_self(const ChildUser* user) {
  const rlimit no_core{0, 0};
  if (::setrlimit(RLIMIT_CORE, &no_core) != 0) return errno;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  return user == nullptr ? 0 : take_user(*user);
}

}  // namespace cowherd
