// SPDX-License-Identifier: Apache-2.0
#include "resources/block/flatten.h"

#include <algorithm>

#include "resources/files/all_zero.h"
#include "resources/files/publish.h"

namespace cowherd {

namespace {

constexpr std::size_t kMostAtOnce = 256;              // chunks, 1 MiB
constexpr std::uint64_t kReportEvery = 32ull << 20;

class Flattening {
 public:
  Flattening(FlattenHost host, const FlattenPlan& plan, const BulkControl& control)
      : host_(host), plan_(plan), control_(control),
        staged_(parent_of(plan.output) + "/" + std::string(kStagingPrefix) + name_of(plan.output)) {}

  Result<FlattenReport> run() {
    COWHERD_TRY(output_is_free());
    COWHERD_TRY(look_at_store());
    COWHERD_TRY(look_at_base());
    COWHERD_TRY(copy_base());
    if (Status made = lay_and_publish(); !made) {
      Error error = std::move(made).error();
      if (Status removed = host_.files.remove(staged_); !removed && removed.error().kind != ErrorKind::NotFound) {
        error = std::move(error).and_also(removed.error());
      }
      return fail(std::move(error));
    }
    return report_;
  }

 private:
  Status output_is_free() {
    for (const std::string& path : {plan_.output, staged_}) {
      if (path == plan_.output && plan_.publish == RenameMode::Replace) continue;
      const auto found = host_.files.stat(path);
      if (!found && found.error().kind == ErrorKind::NotFound) continue;
      if (!found) return fail(found.error());
      return fail(ErrorKind::Busy, "create '" + path + "': it exists",
                  path == staged_ ? "remove it if no other run is making it" : "");
    }
    return {};
  }

  Status look_at_store() {
    COWHERD_ASSIGN(store_, host_.parts.open(plan_.store));
    if (store_->writers() == Writers::Some) {
      return fail(ErrorKind::Busy, "read '" + plan_.store + "': it is open for writing, by a loop device or a program",
                  "stop what uses it first");
    }
    COWHERD_ASSIGN(store_stamp_, store_->stamp());
    COWHERD_ASSIGN(list_, list_exceptions(*store_, plan_.size).in("reading '" + plan_.store + "'"));
    if (list_.problem_count > 0) {
      return fail(ErrorKind::Corrupt, "read '" + plan_.store + "': " + list_.problems.front(),
                  "'cowherd cow verify' tells all that is wrong with it");
    }
    if (!list_.valid && plan_.invalid == InvalidStore::Refuse) {
      return fail(ErrorKind::Corrupt, "read '" + plan_.store + "': the kernel gave it up, its last writes are missing",
                  "'cowherd cow merge --rescue' takes what it holds");
    }
    return {};
  }

  Status look_at_base() {
    COWHERD_ASSIGN(base_stamp_, host_.bulk.stamp(plan_.base_image));
    if (base_stamp_.type != FileType::Regular) {
      return fail(ErrorKind::Invalid, "read '" + plan_.base_image + "': it is not a regular file");
    }
    const Bytes base = base_stamp_.size;
    size_ = plan_.size.value_or(base);
    if (size_.value % 512 != 0 || size_ < base) {
      return fail(ErrorKind::Invalid, "flatten to " + print_quantity(size_) + ": a disk is a multiple of 512 bytes and at "
                  "least as large as its base image of " + print_quantity(base), "'cowherd cow merge --size' says another");
    }
    const std::uint64_t chunks = round_up(size_, kChunk).value / kChunk.value;
    if (!list_.exceptions.empty() && list_.exceptions.back().old_chunk >= chunks) {
      return fail(ErrorKind::Invalid, "flatten to " + print_quantity(size_) + ": the store holds content behind that",
                  "'cowherd cow merge --size' says another");
    }
    return {};
  }

  Bytes changed() const { return Bytes{list_.exceptions.size() * kChunk.value}; }
  Bytes total() const { return base_stamp_.size + changed(); }

  Status copy_base() {
    BulkControl control{control_.stop, nullptr};
    if (control_.progress) control.progress = [this](Bytes done, Bytes) { control_.progress(done, total()); };
    COWHERD_ASSIGN(report_.base, host_.bulk.copy(plan_.base_image, staged_, control));
    report_.size = size_;
    return {};
  }

  Status lay_and_publish() {
    if (size_ > base_stamp_.size) COWHERD_TRY(host_.files.resize(staged_, size_));
    COWHERD_TRY(lay_all());
    COWHERD_TRY(unchanged());
    COWHERD_TRY(host_.files.sync(staged_));
    COWHERD_TRY(host_.files.rename(staged_, plan_.output, plan_.publish));
    return host_.files.sync(parent_of(plan_.output));
  }

  // In the store's order, so that it is read from front to back: it is the larger part on a disk that is not cached.
  Status lay_all() {
    auto& all = list_.exceptions;
    std::sort(all.begin(), all.end(),
              [](const ChunkException& a, const ChunkException& b) { return a.new_chunk < b.new_chunk; });
    COWHERD_ASSIGN(target_, host_.parts.patch(staged_));
    std::uint64_t reported = 0;
    for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
      end = begin + 1;
      while (end < all.size() && end - begin < kMostAtOnce && all[end].new_chunk == all[end - 1].new_chunk + 1) ++end;
      COWHERD_TRY(lay_run(begin, end));
      if (control_.stop.stop_requested()) return fail(ErrorKind::Failed, "flatten '" + plan_.store + "': cancelled");
      const std::uint64_t done = end * kChunk.value;
      if (!control_.progress || (end < all.size() && done < reported + kReportEvery)) continue;
      reported = done;
      control_.progress(base_stamp_.size + Bytes{done}, total());
    }
    return {};
  }

  // Chunks that follow each other in the store, in one read; what also follows on the disk and is of one kind, in one
  // write.
  Status lay_run(std::size_t begin, std::size_t end) {
    const auto& all = list_.exceptions;
    COWHERD_ASSIGN(const std::string bytes, store_->read(Bytes{all[begin].new_chunk * kChunk.value},
                                                         Bytes{(end - begin) * kChunk.value}));
    if (bytes.size() < (end - begin) * kChunk.value) {
      return fail(ErrorKind::Stale, "read '" + plan_.store + "': it became shorter meanwhile");
    }
    const auto chunk = [&](std::size_t i) { return std::string_view(bytes).substr((i - begin) * kChunk.value, kChunk.value); };
    for (std::size_t first = begin, last = begin; first < end; first = last) {
      const bool zero = all_zero(chunk(first));
      last = first + 1;
      while (last < end && all[last].old_chunk == all[last - 1].old_chunk + 1 && all_zero(chunk(last)) == zero) ++last;
      const Bytes offset{all[first].old_chunk * kChunk.value};
      const Bytes length = std::min(Bytes{(last - first) * kChunk.value}, size_ - offset);
      if (zero) {
        COWHERD_TRY(target_->zero(offset, length));
        report_.zeroed = report_.zeroed + length;
      } else {
        COWHERD_TRY(target_->write(offset, std::string_view(bytes).substr((first - begin) * kChunk.value, length.value)));
        report_.laid = report_.laid + length;
      }
    }
    return {};
  }

  Status unchanged() {
    COWHERD_ASSIGN(const FileStamp base, host_.bulk.stamp(plan_.base_image));
    if (!same_content(base, base_stamp_)) return changed_meanwhile(plan_.base_image);
    COWHERD_ASSIGN(const FileStamp store, store_->stamp());
    return same_content(store, store_stamp_) ? Status{} : changed_meanwhile(plan_.store);
  }

  // Neither late allocation nor another hard link is a change.
  static bool same_content(const FileStamp& one, const FileStamp& other) {
    return one.id == other.id && one.size == other.size && one.mtime_ns == other.mtime_ns;
  }

  static Status changed_meanwhile(const std::string& path) {
    return fail(ErrorKind::Stale, "read '" + path + "': it changed meanwhile", "stop what uses it first");
  }

  FlattenHost host_;
  const FlattenPlan& plan_;
  const BulkControl& control_;
  std::string staged_;
  std::unique_ptr<FileReader> store_{};
  std::unique_ptr<FilePatcher> target_{};
  FileStamp store_stamp_{};
  FileStamp base_stamp_{};
  Bytes size_{};
  ExceptionList list_{};
  FlattenReport report_{};
};

}  // namespace

Result<FlattenReport> flatten(FlattenHost host, const FlattenPlan& plan, const BulkControl& control) {
  return Flattening(host, plan, control).run().in("flattening to '" + plan.output + "'");
}

}  // namespace cowherd
