// SPDX-License-Identifier: Apache-2.0
// Random generations against a flat array: whatever was written over whatever, the content is the array's.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>
#include <algorithm>

#include "tests/unit/memory/memory_bed.h"

namespace cowherd::testing {

namespace {

constexpr std::size_t kPages = 24;

// One letter a page; zeroes, runs and repeated content are common.
std::string random_letters() {
  return *rc::gen::container<std::string>(kPages, rc::gen::element('.', '.', 'a', 'b', 'c'));
}

PageRanges random_ranges() {
  const auto dirty = *rc::gen::container<std::vector<bool>>(kPages, rc::gen::arbitrary<bool>());
  PageRanges ranges;
  for (std::size_t i = 0; i < dirty.size(); ++i) {
    if (dirty[i])
      ranges.push_back({pages(i), kPage});  // neighbours are not joined: both spellings are allowed
  }
  return ranges;
}

std::string flat_image(MemoryBed& bed, const Generation& generation) {
  if (!materialize(bed.host, generation, "/flat/image", {})) return "(failed)";
  const auto bytes = bed.files.read("/flat/image", 1_MiB);
  bed.files.erase("/flat/image");
  std::string padded = bytes.value_or("(failed)");
  padded.resize(pages(kPages).value, '\0');
  return padded;
}

}  // namespace

RC_GTEST_PROP(MemoryProperties, GenerationsAreAFlatArray, ()) {
  MemoryBed bed;
  bed.files.put_directory("/flat");
  bed.files.put_directory("/0");
  std::string expected = random_letters();
  auto generation = bed.first("/0", '1', memory(expected));
  RC_ASSERT(generation.has_value());
  const int count = *rc::gen::inRange(0, 6);
  for (int i = 1; i <= count; ++i) {
    const std::string now = random_letters();
    const PageRanges dirty = random_ranges();
    for (const PageRange& range : dirty)
      expected[range.offset.value / kPage.value] = now[range.offset.value / kPage.value];
    const std::string directory = "/" + std::to_string(i);
    bed.files.put_directory(directory);
    generation = bed.next(directory, static_cast<char>('1' + i), memory(now), dirty, *generation);
    RC_ASSERT(generation.has_value());
    if (*rc::gen::weightedElement<bool>({{1, true}, {4, false}})) {
      const auto compacted = compact(bed.host, *generation, build_id(static_cast<char>('a' + i - 1)), {});
      RC_ASSERT(compacted.has_value());
      RC_ASSERT(bool(remove_unnamed_files(bed.files, compacted->generation)));
      RC_ASSERT(measure(compacted->generation).wasted() == Bytes{});
    }
    generation = load_generation(bed.files, directory);
    RC_ASSERT(generation.has_value());
    RC_ASSERT(*parse_header(print_header(generation->header)) == generation->header);
    RC_ASSERT(letters(content(bed.images, *generation)) == expected);
  }
  RC_ASSERT(letters(flat_image(bed, *generation)) == expected);
}

// A header that is not ours, with its files in any order, is merged without mixing up who owns what.
RC_GTEST_PROP(MemoryProperties, AMergeTakesEachPageFromTheChangeOrTheBase, ()) {
  const auto random_map = [](bool whole) {
    Extents extents;
    for (std::uint64_t page = 0; page < kPages; ++page) {
      if (!whole && *rc::gen::arbitrary<bool>()) continue;
      const BuildId build = *rc::gen::element(BuildId{}, build_id('1'), build_id('2'));
      const Bytes storage = build.is_zero() ? Bytes{} : pages(*rc::gen::inRange<std::uint64_t>(0, 6));
      append_extent(extents, {pages(page), kPage, build, storage});
    }
    return extents;
  };
  const Extents base = random_map(true);
  const Extents changes = random_map(false);
  const Extents merged = merge(base, changes);
  RC_ASSERT(bool(check_header({pages(kPages), 1, build_id('2'), build_id('1'), merged})));
  for (std::uint64_t page = 0; page < kPages; ++page) {
    const auto over = std::find_if(changes.begin(), changes.end(), [&](const Extent& change) {
      return change.offset <= pages(page) && pages(page) < change.end();
    });
    const Extent& wanted = over != changes.end() ? *over : extent_at(base, pages(page));
    const Extent& found = extent_at(merged, pages(page));
    RC_ASSERT(found.build == wanted.build);
    if (found.build.is_zero()) continue;
    RC_ASSERT(found.storage + (pages(page) - found.offset) == wanted.storage + (pages(page) - wanted.offset));
  }
}

}  // namespace cowherd::testing
