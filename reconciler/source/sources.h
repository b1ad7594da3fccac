// SPDX-License-Identifier: Apache-2.0
// All places that manifests come from as one Source.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "reconciler/source/declared_set.h"
#include "reconciler/source/feed.h"

namespace cowherd {

struct OneSource {
  std::unique_ptr<Feed> feed{};
  SourceRecords records;
};

// "fleet:hosts/a/web.yaml": a file of a named source, as people are shown it.
std::string in_source(const std::string& source, const std::string& path);

class Sources final : public Source {
 public:
  // host: labels of this host, for what is placed on some hosts only.
  Sources(std::vector<OneSource> sources, Span prune_delay, LabelSelector host = {});

  Declaration load(Moment now) override;
  void accept_empty() override { declared_.accept_empty(); }
  bool ask(const ResourceName& source) override;

 private:
  std::vector<std::unique_ptr<Feed>> feeds_;
  DeclaredSet declared_;
};

}  // namespace cowherd
