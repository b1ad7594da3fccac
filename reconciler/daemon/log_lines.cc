// SPDX-License-Identifier: Apache-2.0
#include "reconciler/daemon/log_lines.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "reconciler/daemon/journal_fields.h"

namespace cowherd {

namespace {

int priority_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug: return LOG_DEBUG;
    case spdlog::level::warn: return LOG_WARNING;
    case spdlog::level::err: return LOG_ERR;
    case spdlog::level::critical: return LOG_CRIT;
    default: return LOG_INFO;
  }
}

class JournalSink final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string text(message.payload.data(), message.payload.size());
    std::vector<std::string> assignments{
        "MESSAGE=" + text, "PRIORITY=" + std::to_string(priority_of(message.level)),
        "SYSLOG_IDENTIFIER=" + std::string(message.logger_name.data(), message.logger_name.size())};
    for (const auto& [field, value] : journal_fields(text)) assignments.push_back(field + "=" + value);
    std::vector<iovec> parts;
    for (std::string& one : assignments) parts.push_back({one.data(), one.size()});
    if (::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0) return;
    const std::string line = text + "\n";  // a journal that takes no fields takes the stream
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  }
  void flush_() override {}
};

// The variable is inherited by children whose standard error may be another file: device and inode must agree. Where the
// socket is missing sd_journal_sendv(3) says that all went well.
bool is_stderr_of_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  if (::access("/run/systemd/journal/socket", W_OK) != 0) return false;
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

}  // namespace

void begin_logging(std::string_view name) {
  if (is_stderr_of_journal()) {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(std::string(name), std::make_shared<JournalSink>()));
    return;
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt(std::string(name)));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
}

}  // namespace cowherd
