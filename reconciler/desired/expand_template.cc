// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/expand.h"
#include "resources/files/bulk.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

// Device numbers and ctime change with a reboot or a hard link, so they tell nothing about content.
Value content_hint(const std::string& path, const FileStamp& stamp) {
  Value hint = Value::map();
  hint.set("path", path);
  hint.set("inode", static_cast<std::int64_t>(stamp.id.inode));
  hint.set("size", static_cast<std::int64_t>(stamp.size.value));
  hint.set("mtime", stamp.mtime_ns);
  return hint;
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

// With a declared sha256 the image's content is known whatever the file looks like.
Digest inputs_of(const TemplateSpec& spec, const HostFiles& files) {
  Value inputs = Value::map();
  if (spec.image_sha256) {
    inputs.set("image", spec.image_sha256->str());
  } else {
    inputs.set("image", content_hint(spec.image_path, *files.at(spec.image_path)));
  }
  inputs.set("kernel", content_hint(spec.kernel_path, *files.at(spec.kernel_path)));
  if (!spec.initrd_path.empty()) {
    inputs.set("initrd", content_hint(spec.initrd_path, *files.at(spec.initrd_path)));
  }
  Value args = Value::list();
  for (const std::string& arg : spec.boot_args) args.add(arg);
  inputs.set("args", std::move(args));
  return sha256(print_canonical_json(inputs));
}

// What was built from these paths before, newest first: stays in use while a source file is missing.
std::optional<RevisionIdentity> newest_from_same_sources(const TemplateSpec& spec,
                                                         const std::map<Digest, Fact<RevisionIdentity>>& revisions) {
  std::optional<RevisionIdentity> newest;
  for (const auto& [id, revision] : revisions) {
    if (!revision.known() || revision->boot_args != spec.boot_args || revision->sources.empty()) continue;
    if (spec.image_sha256 ? revision->image_sha256 != *spec.image_sha256
                          : revision->sources.front().path != spec.image_path) {
      continue;
    }
    if (!newest || newest->created < revision->created) newest = *revision;
  }
  return newest;
}

}  // namespace

WantedTemplate expand_template(const ExpandInput& input, const Declared& declared) {
  WantedTemplate wanted;
  wanted.name = declared.object.metadata.name;
  wanted.spec = std::get<TemplateSpec>(declared.object.spec.what);
  wanted.spec_hash = spec_hash(declared.object.spec);
  wanted.reason = "declared at " + to_string(declared.spot);
  const TemplateSpec& spec = wanted.spec;

  if (!spec.snapshot_ref.str().empty()) {
    wanted.source_problem =
        Hindrance{"NotYetSupported", "source.snapshotRef is read and checked, but this version does not build from it yet; "
                                     "use source.image"};
    return wanted;
  }
  std::optional<Hindrance> image_problem = problem_with("image", spec.image_path, input.host_files);
  std::optional<Hindrance> boot_problem = problem_with("kernel", spec.kernel_path, input.host_files);
  if (!boot_problem && !spec.initrd_path.empty()) {
    boot_problem = problem_with("initrd", spec.initrd_path, input.host_files);
  }
  const auto revisions = input.store.templates.find(wanted.name.str());
  const std::map<Digest, Fact<RevisionIdentity>> none;
  const auto& built = revisions == input.store.templates.end() ? none : revisions->second;

  if (!boot_problem && (!image_problem || spec.image_sha256)) {
    wanted.inputs = inputs_of(spec, input.host_files);
    for (const auto& [id, revision] : built) {
      if (revision.known() && revision->inputs == wanted.inputs) wanted.current = *revision;
    }
    if (wanted.current) return wanted;
  }
  wanted.source_problem = image_problem ? image_problem : boot_problem;
  if (wanted.source_problem) {
    wanted.current = newest_from_same_sources(spec, built);
    return wanted;
  }
  for (const std::string& path : {spec.image_path, spec.kernel_path, spec.initrd_path}) {
    if (!path.empty()) wanted.sources.push_back({path, *input.host_files.at(path)});
  }
  return wanted;
}

}  // namespace cowherd
