// SPDX-License-Identifier: Apache-2.0
#include "resources/store/revision_builder.h"

#include "resources/files/json.h"

namespace cowherd {

namespace {

constexpr Bytes kImageUnit = 4_KiB;  // sandbox disks are laid out in 4 KiB chunks over the image
constexpr const char* kImage = "image";
constexpr const char* kKernel = "kernel";
constexpr const char* kInitrd = "initrd";

// Links and allocated blocks change without the content changing.
bool same_file(const FileStamp& a, const FileStamp& b) {
  return a.id == b.id && a.size == b.size && a.mtime_ns == b.mtime_ns && a.ctime_ns == b.ctime_ns;
}

std::string in_mebibytes(Bytes bytes) { return print_quantity(round_up(bytes, 1_MiB)); }

}  // namespace

Digest revision_id(const RevisionIdentity& revision) {
  Value content = Value::map();
  content.set("raw", revision.raw_sha256.str());
  content.set("kernel", revision.kernel_sha256 ? Value(revision.kernel_sha256->str()) : Value{});
  content.set("initrd", revision.initrd_sha256 ? Value(revision.initrd_sha256->str()) : Value{});
  Value args = Value::list();
  for (const std::string& arg : revision.boot_args) args.add(arg);
  content.set("args", std::move(args));
  return sha256(print_canonical_json(content));
}

RevisionBuilder::RevisionBuilder(StoreHost host, const Layout& layout, const ImportRequest& request,
                                 std::string staged)
    : host_(host), layout_(layout), request_(request), staged_(std::move(staged)) {}

// --- the sources

Status RevisionBuilder::check() {
  COWHERD_TRY(find_image());
  COWHERD_TRY(stamp_sources());
  COWHERD_TRY(inspect_image());
  const std::string& path = image_path_;
  if (image_.virtual_size.value == 0) return fail(ErrorKind::Invalid, "image '" + path + "' is empty");
  if (request_.spec.disk_size && *request_.spec.disk_size < image_.virtual_size) {
    return fail(ErrorKind::Invalid,
                "disk.size " + print_quantity(*request_.spec.disk_size) + " is less than image '" + path + "' (" +
                    in_mebibytes(image_.virtual_size) + ")",
                "raise spec.disk.size or leave it out");
  }
  return check_space();
}

Status RevisionBuilder::find_image() {
  image_path_ = request_.spec.image_path;
  const std::string& name = request_.spec.snapshot_ref.str();
  if (name.empty()) return {};
  COWHERD_ASSIGN(snapshot_, find_snapshot_disk(host_.files, layout_, name).in("looking for snapshot '" + name + "'"));
  image_path_ = snapshot_->path;
  return {};
}

// Of a snapshot's disk the form and the size are known; nothing is probed.
Status RevisionBuilder::inspect_image() {
  if (!snapshot_) {
    COWHERD_ASSIGN(image_, host_.images.inspect(image_path_));
    return {};
  }
  image_ = {ImageFormat::Raw, snapshot_->size.value_or(snapshot_->stamp.size)};
  if (snapshot_->size || snapshot_->base_image.empty()) return {};
  COWHERD_ASSIGN(const FileStamp base, host_.bulk.stamp(snapshot_->base_image).in("looking at the base image"));
  image_.virtual_size = base.size;
  return {};
}

Status RevisionBuilder::stamp_sources() {
  const TemplateSpec& spec = request_.spec;
  sources_ = {{kImage, image_path_, {}}, {kKernel, spec.kernel_path, {}}};
  if (!spec.initrd_path.empty()) sources_.push_back({kInitrd, spec.initrd_path, {}});
  for (Source& source : sources_) {
    COWHERD_ASSIGN(source.stamp, host_.bulk.stamp(source.path).in(std::string("looking at the ") + source.role));
    if (source.stamp.type != FileType::Regular) {
      return fail(ErrorKind::Invalid, std::string(source.role) + " '" + source.path + "' is not a regular file");
    }
    for (const SourceFile& planned : request_.sources) {
      if (planned.path != source.path || same_file(planned.stamp, source.stamp)) continue;
      return fail(ErrorKind::Stale, std::string(source.role) + " '" + source.path + "' changed since the plan");
    }
  }
  return {};
}

Status RevisionBuilder::check_unchanged() {
  for (const Source& source : sources_) {
    const Result<FileStamp> now = host_.bulk.stamp(source.path);
    if (!now && now.error().kind != ErrorKind::NotFound) return fail(now.error());
    if (now && same_file(*now, source.stamp)) continue;
    return fail(ErrorKind::Stale, std::string(source.role) + " '" + source.path + "' changed while it was read",
                "replace the file by renaming a complete one over it");
  }
  return {};
}

const FileStamp& RevisionBuilder::stamp_of(std::string_view role) const {
  for (const Source& source : sources_) {
    if (source.role == role) return source.stamp;
  }
  return sources_.front().stamp;
}

Status RevisionBuilder::check_space() {
  const std::string& state_dir = layout_.root();
  Bytes needed;
  for (const Source& source : sources_) needed = needed + source.stamp.allocated;
  if (snapshot_ && !snapshot_->base_image.empty()) {
    COWHERD_ASSIGN(const FileStamp base, host_.bulk.stamp(snapshot_->base_image).in("looking at the base image"));
    needed = needed + base.allocated;
  }
  COWHERD_ASSIGN(const SpaceInfo space, host_.bulk.space(state_dir));
  if (needed <= space.available) return {};
  return fail(ErrorKind::Exhausted,
              "import image '" + image_path_ + "': it needs " + in_mebibytes(needed) + ", '" + state_dir +
                  "' has " + in_mebibytes(space.available) + " free",
              "free space there, or move the state directory to a larger file system");
}

// --- the work

Result<RevisionIdentity> RevisionBuilder::build(const BulkControl& control) {
  RevisionIdentity revision;
  revision.template_name = request_.template_name;
  revision.inputs = request_.inputs;
  revision.sources = request_.sources;
  revision.boot_args = request_.spec.boot_args;
  revision.retain = request_.spec.deletion_policy == TemplateDeletionPolicy::Retain;
  const Bytes file = stamp_of(kImage).size;
  const Bytes raw = image_.virtual_size;
  Bytes total = image_.format == ImageFormat::Raw ? file + file : file + raw + raw;
  if (snapshot_) total = raw + raw;
  for (const Source& source : sources_) {
    if (source.role != std::string_view(kImage)) total = total + source.stamp.size + source.stamp.size;
  }
  Phases phases(control, total);
  COWHERD_TRY(build_image(revision, phases));
  COWHERD_ASSIGN(revision.kernel_sha256, take(kKernel, kKernelFile, phases));
  if (!request_.spec.initrd_path.empty()) {
    COWHERD_ASSIGN(revision.initrd_sha256, take(kInitrd, kInitrdFile, phases));
    revision.has_initrd = true;
  }
  // A qcow2 was read twice, for its digest and for its content: only an unchanged file was one and the same.
  COWHERD_TRY(check_unchanged());
  revision.id = revision_id(revision);
  return revision;
}

Status RevisionBuilder::build_image(RevisionIdentity& revision, Phases& phases) {
  const std::string target = staged_ + "/" + kRootfsFile;
  if (snapshot_) {
    COWHERD_TRY(flatten_snapshot(revision, target, phases));
  } else if (image_.format == ImageFormat::Raw) {
    COWHERD_TRY(copy_raw(revision, target, phases));
  } else {
    COWHERD_TRY(convert_qcow2(revision, target, phases));
  }
  return host_.files.sync(target);
}

Status RevisionBuilder::copy_raw(RevisionIdentity& revision, const std::string& target, Phases& phases) {
  const Bytes size = stamp_of(kImage).size;
  COWHERD_ASSIGN(const CopyReport copied, host_.bulk.copy(image_path_, target, phases.next(size)));
  COWHERD_ASSIGN(revision.image_sha256, host_.bulk.digest(target, phases.next(size)));
  COWHERD_TRY(check_digest(revision.image_sha256));
  revision.raw_sha256 = revision.image_sha256;
  revision.image_size = round_up(copied.size, kImageUnit);
  if (revision.image_size == copied.size) return {};
  COWHERD_TRY(host_.files.resize(target, revision.image_size));
  COWHERD_ASSIGN(revision.raw_sha256, host_.bulk.digest(target, phases.next(Bytes{})));
  return {};
}

Status RevisionBuilder::convert_qcow2(RevisionIdentity& revision, const std::string& target, Phases& phases) {
  const std::string& path = image_path_;
  COWHERD_ASSIGN(revision.image_sha256, host_.bulk.digest(path, phases.next(stamp_of(kImage).size)));
  COWHERD_TRY(check_digest(revision.image_sha256));
  COWHERD_TRY(host_.images.convert_to_raw(path, target, phases.next(image_.virtual_size)));
  COWHERD_ASSIGN(const FileStamp raw, host_.files.stat(target));
  revision.image_size = round_up(raw.size, kImageUnit);
  if (revision.image_size != raw.size) COWHERD_TRY(host_.files.resize(target, revision.image_size));
  COWHERD_ASSIGN(revision.raw_sha256, host_.bulk.digest(target, phases.next(image_.virtual_size)));
  return {};
}

// The image is what comes of it: nobody gave one.
Status RevisionBuilder::flatten_snapshot(RevisionIdentity& revision, const std::string& target, Phases& phases) {
  COWHERD_TRY(make_flat(host_, *snapshot_, target, phases.next(image_.virtual_size)));
  COWHERD_ASSIGN(const FileStamp raw, host_.files.stat(target));
  revision.image_size = round_up(raw.size, kImageUnit);
  if (revision.image_size != raw.size) COWHERD_TRY(host_.files.resize(target, revision.image_size));
  COWHERD_ASSIGN(revision.raw_sha256, host_.bulk.digest(target, phases.next(image_.virtual_size)));
  revision.image_sha256 = revision.raw_sha256;
  return {};
}

Status RevisionBuilder::check_digest(const Digest& given) const {
  if (!request_.spec.image_sha256 || *request_.spec.image_sha256 == given) return {};
  return fail(ErrorKind::Invalid,
              "image '" + image_path_ + "' has sha256 " + given.str() + ", the template declares " +
                  request_.spec.image_sha256->str(),
              "fetch the image again, or correct source.image.sha256");
}

Result<Digest> RevisionBuilder::take(std::string_view role, const char* name, Phases& phases) {
  const std::string target = staged_ + "/" + name;
  const std::string& path = role == kKernel ? request_.spec.kernel_path : request_.spec.initrd_path;
  const Bytes size = stamp_of(role).size;
  if (size.value == 0) return fail(ErrorKind::Invalid, std::string(role) + " '" + path + "' is empty");
  COWHERD_TRY(host_.bulk.copy(path, target, phases.next(size)));
  COWHERD_TRY(host_.files.sync(target));
  return host_.bulk.digest(target, phases.next(size));
}

}  // namespace cowherd
