// SPDX-License-Identifier: Apache-2.0
// Which names in a watched directory are manifests, by the name alone.
#pragma once

#include <string>
#include <string_view>

namespace cowherd {

// *.yaml, *.yml and *.json; not what begins with a dot or is an editor's or a package manager's by-product.
bool is_manifest_name(std::string_view name);
// Begins with a dot: never read under this name (it may be reached through a symlink: `..data`).
bool is_hidden_name(std::string_view name);
// What editors and dpkg leave beside a file: `x~`, `#x#`, .swp .swx .tmp .bak .orig .rej .dpkg-*.
bool is_by_product_name(std::string_view name);
// Well-formed UTF-8 without control characters; other names are shown escaped and not read.
bool is_printable_name(std::string_view name);
// The name with every byte outside printable ASCII as \xNN.
std::string escaped_name(std::string_view name);

}  // namespace cowherd
