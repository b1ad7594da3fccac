// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/image_source.h"

#include <algorithm>

#include "resources/files/publish.h"
#include "resources/kinds/suggest.h"

namespace cowherd {

namespace {

ImageSource hindered(const std::string& reason, const std::string& message) {
  return {{}, Hindrance{reason, message}, {}};
}

std::string quoted(const ResourceName& name) { return "snapshot '" + name.str() + "'"; }

ImageSource incomplete(const ResourceName& name, const std::string& what) {
  return hindered("SourceIncomplete", quoted(name) + " is not whole: " + what +
                                          "; 'cowherd verify snapshot " + name.str() + "' tells all");
}

ImageSource unreadable(const ResourceName& name, const Error& why) {
  return hindered("SourceUnreadable", quoted(name) + ": " + to_string(why));
}

ImageSource missing(const ExpandInput& input, const ResourceName& name) {
  if (!input.store.unreadable.empty()) return unreadable(name, input.store.unreadable.front());
  std::string text = "there is no " + quoted(name);
  if (input.declared.objects.contains({Kind::Snapshot, name})) {
    return hindered("SourceMissing", text + " yet; it is declared");
  }
  std::vector<std::string> names;
  for (const auto& [other, identity] : input.store.snapshots) names.push_back(other);
  for (const auto& [other, seed] : input.store.seeds) names.push_back(other);
  const std::string guess = did_you_mean(name.str(), names);
  return hindered("SourceMissing", text + (guess.empty() ? "; declare it, or put its directory into snapshots/" : "; " + guess));
}

// A whole one is known by what it holds, wherever the state directory goes.
Value content_of(const SnapshotIdentity& identity, const SnapshotPart& disk) {
  Value content = Value::map();
  content.set("snapshot", identity.name.str());
  content.set("disk", disk.sha256.str());
  content.set("revision", identity.revision.str());
  content.set("size", static_cast<std::int64_t>(identity.disk_size.value));
  return content;
}

ImageSource image_of_own(const ExpandInput& input, const ResourceName& name, const SnapshotIdentity& identity,
                         const Fact<SourceFile>& disk) {
  if (disk.unknown()) return unreadable(name, disk.why());
  if (disk.absent()) return incomplete(name, "its disk is gone");
  const auto part = std::find_if(identity.parts.begin(), identity.parts.end(),
                                 [&](const SnapshotPart& one) { return one.name == name_of(disk->path); });
  if (part == identity.parts.end()) return incomplete(name, "its record does not name '" + name_of(disk->path) + "'");
  const auto revisions = input.store.templates.find(identity.template_name);
  if (revisions == input.store.templates.end() || !revisions->second.contains(identity.revision)) {
    return incomplete(name, "revision " + identity.revision.short12() + " of template '" + identity.template_name +
                                "', which its disk stands on, is gone");
  }
  return {content_of(identity, *part), {}, *disk};
}

// Of another software's only metadata is known. Below the state directory, wherever that goes.
ImageSource image_of_seed(const ResourceName& name, const SeedSnapshot& seed, const Fact<SourceFile>& disk) {
  if (seed.unreadable) return unreadable(name, *seed.unreadable);
  if (!seed.missing.empty()) return incomplete(name, seed.missing.front());
  if (!disk.known()) return incomplete(name, "its disk is gone");
  Value content = content_hint(name.str() + "/" + name_of(disk->path), disk->stamp);
  content.set("base", seed.base_image);
  return {std::move(content), {}, *disk};
}

ImageSource image_of_snapshot(const ExpandInput& input, const ResourceName& name) {
  const auto found = input.store.snapshot_disks.find(name.str());
  const Fact<SourceFile> disk = found == input.store.snapshot_disks.end() ? Fact<SourceFile>() : found->second;
  const auto own = input.store.snapshots.find(name.str());
  if (own != input.store.snapshots.end() && own->second.unknown()) return unreadable(name, own->second.why());
  if (own != input.store.snapshots.end() && own->second.known()) return image_of_own(input, name, *own->second, disk);
  const auto seed = input.store.seeds.find(name.str());
  return seed == input.store.seeds.end() ? missing(input, name) : image_of_seed(name, seed->second, disk);
}

// With a declared sha256 the image's content is known whatever the file looks like.
ImageSource image_of_file(const TemplateSpec& spec, const HostFiles& files) {
  ImageSource image;
  image.problem = problem_with("image", spec.image_path, files);
  if (!image.problem) image.file = SourceFile{spec.image_path, *files.at(spec.image_path)};
  if (spec.image_sha256) {
    image.content = Value(spec.image_sha256->str());
  } else if (image.file) {
    image.content = content_hint(spec.image_path, image.file->stamp);
  }
  return image;
}

}  // namespace

ImageSource find_image_source(const ExpandInput& input, const TemplateSpec& spec) {
  return spec.snapshot_ref.str().empty() ? image_of_file(spec, input.host_files) : image_of_snapshot(input, spec.snapshot_ref);
}

bool is_built_from(const RevisionIdentity& revision, const TemplateSpec& spec) {
  if (spec.image_sha256) return revision.image_sha256 == *spec.image_sha256;
  if (revision.sources.empty()) return false;
  const std::string& path = revision.sources.front().path;
  if (spec.snapshot_ref.str().empty()) return path == spec.image_path;
  const std::string directory = parent_of(path);
  return directory.ends_with(Layout("").snapshot_dir(spec.snapshot_ref.str()));
}

std::optional<Hindrance> problem_with(const std::string& role, const std::string& path, const HostFiles& files) {
  const auto found = files.find(path);
  if (found == files.end() || found->second.absent()) {
    return Hindrance{"SourceMissing", role + " '" + path + "' does not exist; put the file there or change the path"};
  }
  if (found->second.unknown()) {
    return Hindrance{"SourceUnreadable", role + " '" + path + "': " + to_string(found->second.why())};
  }
  if (found->second->type != FileType::Regular) {
    return Hindrance{"SourceInvalid", role + " '" + path + "' is not a regular file"};
  }
  return std::nullopt;
}

// Device numbers and ctime change with a reboot or a hard link, so they tell nothing about content.
Value content_hint(const std::string& path, const FileStamp& stamp) {
  Value hint = Value::map();
  hint.set("path", path);
  hint.set("inode", static_cast<std::int64_t>(stamp.id.inode));
  hint.set("size", static_cast<std::int64_t>(stamp.size.value));
  hint.set("mtime", stamp.mtime_ns);
  return hint;
}

}  // namespace cowherd
