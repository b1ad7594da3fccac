// SPDX-License-Identifier: Apache-2.0
#include "reconciler/metrics/source_gauges.h"

#include <algorithm>

#include "reconciler/source/source_types.h"

namespace cowherd {

Families source_gauges(const Declaration& declared) {
  Gauges ready("cowherd_source_ready", "1 when what a source has now was had and is in force.");
  Gauges info("cowherd_source_info", "1; what a source is, and its revision in force.");
  Gauges checked("cowherd_source_last_success_timestamp_seconds", "When the server of a source last answered; 0 when it never did.");
  Gauges pinned("cowherd_source_pinned", "1 when a person holds a source at its revision.");
  Gauges objects("cowherd_source_objects", "Objects of a source that are in force.");
  for (const SourceStatus& source : declared.sources) {
    const GaugeLabels labels{{"source", source.name.str()}};
    ready.add(labels, source.ready ? 1 : 0);
    info.add({{"source", source.name.str()}, {"type", source.type}, {"revision", source.revision}}, 1);
    objects.add(labels, number_of(source.objects));
    if (source.type != kGitSource) continue;
    pinned.add(labels, source.pinned ? 1 : 0);
    checked.add(labels, source.checked ? seconds_of(*source.checked) : 0);
  }
  Families families{ready.take(), info.take(), checked.take(), pinned.take(), objects.take()};
  std::erase_if(families, [](const prometheus::MetricFamily& family) { return family.metric.empty(); });
  return families;
}

}  // namespace cowherd
