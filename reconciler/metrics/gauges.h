// SPDX-License-Identifier: Apache-2.0
// Gauges as the values that prometheus-cpp serializes: made at once, never changed afterwards.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <utility>
#include <vector>

#include "resources/vocabulary/moment.h"
#include "resources/vocabulary/quantity.h"

namespace cowherd {

using Families = std::vector<prometheus::MetricFamily>;
using GaugeLabels = std::vector<prometheus::ClientMetric::Label>;

inline double seconds_of(Span span) { return std::chrono::duration<double>(span).count(); }
inline double seconds_of(Moment moment) { return seconds_of(moment.time_since_epoch()); }
inline double number_of(Bytes bytes) { return static_cast<double>(bytes.value); }
inline double number_of(std::size_t count) { return static_cast<double>(count); }

// One family; what it measures is its help, on one line.
class Gauges {
 public:
  Gauges(std::string name, std::string help) : family_{std::move(name), std::move(help), prometheus::MetricType::Gauge, {}} {}

  Gauges& add(GaugeLabels labels, double value) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    family_.metric.push_back(std::move(metric));
    return *this;
  }
  Gauges& add(double value) { return add({}, value); }
  prometheus::MetricFamily take() { return std::move(family_); }

 private:
  prometheus::MetricFamily family_;
};

}  // namespace cowherd
