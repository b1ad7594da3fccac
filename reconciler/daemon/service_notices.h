// SPDX-License-Identifier: Apache-2.0
// What the service manager is told: sd_notify(3). Without one (no NOTIFY_SOCKET) nothing is sent. Never blocks.
#pragma once

#include <optional>
#include <string>

#include "resources/vocabulary/moment.h"

namespace cowherd {

class ServiceNotices {
 public:
  // Of this process, from its environment; a default one is silent.
  static ServiceNotices of_this_process();

  bool listens() const { return listens_; }
  void ready();
  // One line for `systemctl status`; sent when it changed.
  void status(const std::string& line);
  void reloading();
  void stopping();
  // "I am alive": only ever sent from the loop itself, so that a loop that hangs is not alive. Sent at most as often as is
  // asked for.
  void alive(Moment now);
  // How often alive() is to be called; none when nobody watches.
  std::optional<Span> between_signs() const { return between_signs_; }

 private:
  void send(const std::string& state);

  bool listens_ = false;
  std::optional<Span> between_signs_{};
  std::string last_status_{};
  Moment last_sign_{};
};

}  // namespace cowherd
