// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/manifest_name.h"

#include <gtest/gtest.h>

namespace cowherd::testing {
namespace {

TEST(ManifestName, IsYamlOrJson) {
  for (const char* name : {"a.yaml", "a.yml", "a.json", "web.prod.yaml", "#web.yaml"}) {
    EXPECT_TRUE(is_manifest_name(name)) << name;
  }
}

TEST(ManifestName, IsNotWhatEditorsAndPackageManagersLeave) {
  for (const char* name :
       {"", "a", "README.md", ".a.yaml", "..data", "a.yaml~", "#a.yaml#", ".#a.yaml", ".a.yaml.swp",
        "a.yaml.swp", "a.yaml.swx", "a.yaml.tmp", "a.yaml.bak", "a.yaml.orig", "a.yaml.rej",
        "a.yaml.dpkg-new", "a.yaml.dpkg-old", "4913", "a.YAML.gz"}) {
    EXPECT_FALSE(is_manifest_name(name)) << name;
  }
}

TEST(ManifestName, ByProductsAreRecognised) {
  for (const char* name : {"a.yaml~", "#a#", "a.swp", "a.dpkg-dist"})
    EXPECT_TRUE(is_by_product_name(name)) << name;
  for (const char* name : {"a.yaml", "..data", "#", "sub"}) EXPECT_FALSE(is_by_product_name(name)) << name;
}

TEST(ManifestName, PrintableIsWellFormedUtf8WithoutControls) {
  for (const char* name : {"a.yaml", "größe.yaml", "雲.yaml", "\xf0\x9f\x90\x84.yaml", "a b.yaml"}) {
    EXPECT_TRUE(is_printable_name(name)) << name;
  }
  for (const char* name :
       {"a\n.yaml", "\x1b[31m.yaml", "\x7f", "\xff.yaml", "\xc3", "\xc0\xaf", "\xed\xa0\x80",
        "\xf4\x90\x80\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\x80", "\xc2\x9b"}) {
    EXPECT_FALSE(is_printable_name(name)) << escaped_name(name);
  }
}

TEST(ManifestName, EscapedShowsOddBytes) { EXPECT_EQ(escaped_name("a\n\xff.yaml"), "a\\x0a\\xff.yaml"); }

}  // namespace
}  // namespace cowherd::testing
