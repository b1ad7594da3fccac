// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_bulk_files.h"

#include <utility>

#include "resources/files/digest.h"

namespace cowherd::testing {

namespace {

Status report(const BulkControl& control, Bytes total, const std::string& path) {
  if (control.stop.stop_requested()) return fail(ErrorKind::Failed, "copy '" + path + "': cancelled");
  if (control.progress) control.progress(total, total);
  return {};
}

}  // namespace

void FakeBulkFiles::let_others_act() {
  if (const auto act = std::exchange(meanwhile_, nullptr)) act();
}

Result<CopyReport> FakeBulkFiles::copy(const std::string& from, const std::string& to, const BulkControl& control) {
  return faults_.call("copy " + from + " to " + to, [&]() -> Result<CopyReport> {
    COWHERD_ASSIGN(FakeContent content, files_.content_of(from));
    if (files_.exists(to)) return fail(ErrorKind::Busy, "create '" + to + "': File exists (EEXIST)");
    COWHERD_TRY(report(control, content.size, from));
    const CopyReport done{CopyMethod::Sparse, content.size, Bytes{content.bytes.size()}};
    if (Status made = files_.set_content(to, std::move(content)); !made) {
      files_.erase(to);
      return fail(std::move(made).error());
    }
    ++copies_;
    let_others_act();
    return done;
  });
}

Result<Digest> FakeBulkFiles::digest(const std::string& path, const BulkControl& control) {
  return faults_.call("digest " + path, [&]() -> Result<Digest> {
    COWHERD_ASSIGN(const FakeContent content, files_.content_of(path));
    COWHERD_TRY(report(control, content.size, path));
    Sha256 sum;
    sum.update(content.bytes);
    const std::string zeroes(1 << 16, '\0');
    for (std::uint64_t at = content.bytes.size(); at < content.size.value; at += zeroes.size()) {
      sum.update(std::string_view(zeroes).substr(0, content.size.value - at));
    }
    let_others_act();
    return sum.finish();
  });
}

Result<FileStamp> FakeBulkFiles::stamp(const std::string& path) {
  return faults_.call("stamp " + path, [&] { return files_.stamp_of(path); });
}

Result<SpaceInfo> FakeBulkFiles::space(const std::string& path) {
  return faults_.call("space " + path, [&]() -> Result<SpaceInfo> {
    COWHERD_TRY(files_.stamp_of(path));
    return SpaceInfo{files_.capacity(), files_.capacity() - files_.used()};
  });
}

}  // namespace cowherd::testing
