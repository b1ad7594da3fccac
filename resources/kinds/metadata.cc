// SPDX-License-Identifier: Apache-2.0
#include "resources/kinds/metadata.h"

namespace cowherd {

namespace {

bool says(const Metadata& metadata, std::string_view annotation, std::string_view value) {
  const auto found = metadata.annotations.find(std::string(annotation));
  return found != metadata.annotations.end() && found->second == value;
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::Template: return "Template";
    case Kind::Sandbox: return "Sandbox";
    case Kind::Snapshot: return "Snapshot";
    case Kind::RetentionPolicy: return "RetentionPolicy";
  }
  return "Sandbox";
}

bool is_protected(const Metadata& metadata) { return says(metadata, kProtectAnnotation, "true"); }

bool is_prune_disabled(const Metadata& metadata) { return says(metadata, kPruneAnnotation, "disabled"); }

std::string to_string(const ObjectName& name) { return std::string(to_string(name.kind)) + "/" + name.name.str(); }

}  // namespace cowherd
