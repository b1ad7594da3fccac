// SPDX-License-Identifier: Apache-2.0
#include "reconciler/metrics/process_gauges.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace cowherd {

namespace {

// /proc/<pid>/stat from its third field on: the second, the name, may hold anything in its parentheses.
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_ends = line.rfind(')');
  if (name_ends == std::string::npos) return {};
  std::istringstream rest(line.substr(name_ends + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(std::move(field));
  return fields;
}

// Of the numbering of proc(5), which begins with 1.
double field(const std::vector<std::string>& fields, std::size_t number) {
  const std::size_t index = number - 3;
  return index < fields.size() ? std::strtod(fields[index].c_str(), nullptr) : 0;
}

std::optional<double> boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return std::nullopt;
}

std::optional<double> open_descriptors() {
  std::error_code error;
  std::filesystem::directory_iterator at("/proc/self/fd", error);
  if (error) return std::nullopt;
  const auto count = std::distance(begin(at), end(at));
  return static_cast<double>(count - 1);  // without the one that looks
}

prometheus::MetricFamily gauge(const char* name, const char* help, double value) { return Gauges(name, help).add(value).take(); }

prometheus::MetricFamily counter(const char* name, const char* help, double value) {
  prometheus::ClientMetric metric;
  metric.counter.value = value;
  return {name, help, prometheus::MetricType::Counter, {metric}};
}

}  // namespace

Families process_gauges() {
  Families families;
  const std::vector<std::string> fields = stat_fields();
  if (!fields.empty()) {
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    families.push_back(counter("process_cpu_seconds_total", "Processor time of this process.", (field(fields, 14) + field(fields, 15)) / ticks));
    families.push_back(gauge("process_threads", "Threads of this process.", field(fields, 20)));
    families.push_back(gauge("process_virtual_memory_bytes", "Address space of this process.", field(fields, 23)));
    families.push_back(gauge("process_resident_memory_bytes", "Memory of this process that is in RAM.", field(fields, 24) * page));
    if (const auto boot = boot_time()) {
      families.push_back(gauge("process_start_time_seconds", "When this process began, since the epoch.", *boot + field(fields, 22) / ticks));
    }
  }
  if (const auto open = open_descriptors()) families.push_back(gauge("process_open_fds", "File descriptors that this process has open.", *open));
  rlimit most{};
  if (::getrlimit(RLIMIT_NOFILE, &most) == 0) {
    families.push_back(gauge("process_max_fds", "How many it may have open.", static_cast<double>(most.rlim_cur)));
  }
  return families;
}

}  // namespace cowherd
