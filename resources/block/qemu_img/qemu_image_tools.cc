// SPDX-License-Identifier: Apache-2.0
#include "resources/block/qemu_img/qemu_image_tools.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "resources/files/unique_fd.h"
#include "resources/process/child_process.h"

namespace cowherd {

namespace {

// One percent of a terabyte takes two minutes on a slow disk; qemu-img reports each.
constexpr Span kConvertSilence = std::chrono::minutes{10};
constexpr Span kQuickSilence = std::chrono::minutes{1};
constexpr const char* kWhenMissing = "install it: 'apt install qemu-utils' on Debian";
constexpr const char* kLentFile = "/proc/self/fd/3";

struct OpenImage {
  UniqueFd fd{};
  Bytes size{};
  std::string header{};
};

enum class Links { Follow, Refuse };

Result<OpenImage> open_image(const std::string& path, Links links) {
  const int follow = links == Links::Refuse ? O_NOFOLLOW : 0;
  OpenImage image;
  image.fd.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | follow));
  struct stat found {};
  if (!image.fd.valid() || ::fstat(image.fd.get(), &found) != 0) {
    return fail(errno_error(errno, "open image '" + path + "'"));
  }
  if (!S_ISREG(found.st_mode))
    return fail(ErrorKind::Invalid, "open image '" + path + "': it is no regular file");
  image.size = Bytes{static_cast<std::uint64_t>(found.st_size)};
  image.header.resize(kImageHeader.value);
  std::size_t filled = 0;
  while (filled < image.header.size()) {
    const ssize_t got = ::pread(image.fd.get(), image.header.data() + filled, image.header.size() - filled,
                                static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error(errno, "read image '" + path + "'"));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  image.header.resize(filled);
  return image;
}

ErrorKind kind_of_complaint(const std::string& text) {
  const auto says = [&](const char* words) { return text.find(words) != std::string::npos; };
  if (says("Failed to get") && says("lock")) return ErrorKind::Busy;
  if (says("No space left") || says("quota")) return ErrorKind::Exhausted;
  if (says("Permission denied")) return ErrorKind::Denied;
  return ErrorKind::Failed;
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return text.empty() ? "it said nothing" : text;
}

Status run_quietly(ChildProcess child, const std::string& doing) {
  child.when_missing = kWhenMissing;
  auto result = run_child(child).in(doing);
  if (!result) return fail(std::move(result).error());
  if (result->exit_status == 0) return {};
  return fail(kind_of_complaint(result->errors), doing + ": " + one_line(result->errors) + " (exit status " +
                                                     std::to_string(result->exit_status) + ")");
}

// Reads the "    (12.34/100%)\r" that qemu-img -p writes, in pieces of any size.
class ProgressReader {
 public:
  ProgressReader(const BulkControl& control, Bytes total) : control_(control), total_(total) {}
  void take(std::string_view output) {
    for (const char c : output) {
      if (c == '(') {
        number_.clear();
      } else if (c == '/') {
        report();
      } else if (number_.size() < 16) {
        number_.push_back(c);
      }
    }
  }

 private:
  void report() {
    double percent = 0;
    const auto [end, error] = std::from_chars(number_.data(), number_.data() + number_.size(), percent);
    if (error != std::errc{} || percent < 0 || percent > 100 || !control_.progress) return;
    control_.progress(Bytes{static_cast<std::uint64_t>(static_cast<double>(total_.value) / 100 * percent)},
                      total_);
  }

  const BulkControl& control_;
  Bytes total_;
  std::string number_{};
};

// After a failure nothing stands under the name that was to be made.
Status and_clean(Status made, const std::string& path) {
  if (made || ::unlink(path.c_str()) == 0 || errno == ENOENT) return made;
  return fail(std::move(made).error().and_also(errno_error(errno, "remove '" + path + "'")));
}

// Makes the new file itself, so that an existing one is never written to.
Status claim(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd.valid()) return {};
  if (errno == EEXIST) return fail(ErrorKind::Busy, "create '" + path + "': it exists");
  return fail(errno_error(errno, "create '" + path + "'"));
}

// qemu-img takes "nbd:…", "json:…" and "-…" for something else than a file.
Status check_absolute(const std::string& path) {
  if (!path.empty() && path.front() == '/') return {};
  return fail(ErrorKind::Invalid, "use '" + path + "': it is no absolute path");
}

// A comma ends an option's value unless it is doubled (QEMU util/qemu-option.c).
std::string in_option(const std::string& value) {
  std::string doubled;
  for (const char c : value) doubled.append(c == ',' ? 2 : 1, c);
  return doubled;
}

}  // namespace

Result<ImageInfo> QemuImageTools::inspect(const std::string& path) {
  COWHERD_ASSIGN(const OpenImage image, open_image(path, Links::Follow));
  return inspect_image_header(image.header, image.size).in("inspecting '" + path + "'");
}

Result<OverlayInfo> QemuImageTools::inspect_overlay(const std::string& path) {
  COWHERD_ASSIGN(const OpenImage image, open_image(path, Links::Refuse));
  return inspect_overlay_header(image.header).in("inspecting '" + path + "'");
}

Status QemuImageTools::convert_to_raw(const std::string& from, const std::string& to,
                                      const BulkControl& control) {
  const std::string doing = "convert '" + from + "' to raw";
  COWHERD_TRY(check_absolute(to));
  COWHERD_ASSIGN(const OpenImage image, open_image(from, Links::Follow));
  COWHERD_ASSIGN(const ImageInfo info, inspect_image_header(image.header, image.size).in(doing));
  if (info.format != ImageFormat::Qcow2) return fail(ErrorKind::Invalid, doing + ": it is not qcow2");
  return convert(doing, {"-f", "qcow2", kLentFile}, image.fd.get(), to, info.virtual_size, control);
}

// The base is named as a part of what is opened, so that neither its name nor its format is taken from the overlay.
Status QemuImageTools::flatten_overlay(const std::string& base, const std::string& overlay, const std::string& to,
                                       const BulkControl& control) {
  const std::string doing = "flatten overlay '" + overlay + "'";
  for (const std::string& path : {base, overlay, to}) COWHERD_TRY(check_absolute(path));
  COWHERD_ASSIGN(const OpenImage image, open_image(overlay, Links::Refuse));
  COWHERD_ASSIGN(const OverlayInfo info, inspect_overlay_header(image.header).in(doing));
  if (info.marked_corrupt) return fail(ErrorKind::Corrupt, doing + ": QEMU marked it corrupt");
  COWHERD_TRY(open_image(base, Links::Refuse));
  const std::string source = "driver=qcow2,file.driver=file,file.filename=" + std::string(kLentFile) +
                             ",backing.driver=raw,backing.file.driver=file,backing.file.filename=" + in_option(base);
  return convert(doing, {"--image-opts", source}, image.fd.get(), to, info.virtual_size, control);
}

Status QemuImageTools::convert(const std::string& doing, std::vector<std::string> source, int lent_fd,
                               const std::string& to, Bytes size, const BulkControl& control) {
  COWHERD_TRY(claim(to));
  ProgressReader progress(control, size);
  ChildProcess child{program_, {"convert", "-p", "-O", "raw", "-S", "4k"}};
  child.arguments.insert(child.arguments.end(), source.begin(), source.end());
  child.arguments.push_back(to);
  child.lent_fd = lent_fd;
  child.silence = kConvertSilence;
  child.stop = control.stop;
  child.on_output = [&progress](std::string_view output) { progress.take(output); };
  COWHERD_TRY(and_clean(run_quietly(std::move(child), doing), to));
  if (control.progress) control.progress(size, size);
  return {};
}

Status QemuImageTools::create_overlay(const std::string& base, const std::string& overlay, Bytes size) {
  COWHERD_TRY(check_absolute(base));
  COWHERD_TRY(check_absolute(overlay));
  COWHERD_TRY(claim(overlay));
  ChildProcess child{
      program_,
      {"create", "-q", "-f", "qcow2", "-F", "raw", "-b", backing_name(base, overlay), overlay,
       std::to_string(size.value)}};
  child.silence = kQuickSilence;
  return and_clean(run_quietly(std::move(child), "create overlay '" + overlay + "' on '" + base + "'"), overlay);
}

Status QemuImageTools::resize_overlay(const std::string& overlay, Bytes size) {
  COWHERD_TRY(check_absolute(overlay));
  COWHERD_ASSIGN(const OverlayInfo now, inspect_overlay(overlay));
  if (size < now.virtual_size) {
    return fail(ErrorKind::Invalid, "resize '" + overlay + "' from " + print_quantity(now.virtual_size) +
                                        " to " + print_quantity(size) + ": it would shrink");
  }
  ChildProcess child{program_, {"resize", "-q", "-f", "qcow2", overlay, std::to_string(size.value)}};
  child.silence = kQuickSilence;
  return run_quietly(std::move(child), "resize overlay '" + overlay + "'");
}

}  // namespace cowherd
