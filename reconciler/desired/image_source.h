// SPDX-License-Identifier: Apache-2.0
// Where the image of a template comes from, and what of it the look told: a file, or the disk of a snapshot. Pure.
#pragma once

#include "reconciler/desired/expand.h"

namespace cowherd {

struct ImageSource {
  Value content{};                     // what tells it from another image; null while that cannot be told
  std::optional<Hindrance> problem{};  // why nothing can be built from it now
  std::optional<SourceFile> file{};    // when there is no problem
};

ImageSource find_image_source(const ExpandInput& input, const TemplateSpec& spec);

// The revision was built from the image that the spec names, as it was then.
bool is_built_from(const RevisionIdentity& revision, const TemplateSpec& spec);

// Why a file an operator names cannot be a source, or nothing. role: "kernel".
std::optional<Hindrance> problem_with(const std::string& role, const std::string& path, const HostFiles& files);

// What tells one content of a file from another without reading it.
Value content_hint(const std::string& path, const FileStamp& stamp);

}  // namespace cowherd
