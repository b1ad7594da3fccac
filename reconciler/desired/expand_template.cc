// SPDX-License-Identifier: Apache-2.0
#include "reconciler/desired/expand.h"
#include "reconciler/desired/image_source.h"
#include "resources/files/bulk.h"
#include "resources/files/json.h"

namespace cowherd {

namespace {

Digest inputs_of(const TemplateSpec& spec, const Value& image, const HostFiles& files) {
  Value inputs = Value::map();
  inputs.set("image", image);
  inputs.set("kernel", content_hint(spec.kernel_path, *files.at(spec.kernel_path)));
  if (!spec.initrd_path.empty()) {
    inputs.set("initrd", content_hint(spec.initrd_path, *files.at(spec.initrd_path)));
  }
  Value args = Value::list();
  for (const std::string& arg : spec.boot_args) args.add(arg);
  inputs.set("args", std::move(args));
  return sha256(print_canonical_json(inputs));
}

// What was built from these sources before, newest first: stays in use while one of them is missing.
std::optional<RevisionIdentity> newest_from_same_sources(const TemplateSpec& spec,
                                                         const std::map<Digest, Fact<RevisionIdentity>>& revisions) {
  std::optional<RevisionIdentity> newest;
  for (const auto& [id, revision] : revisions) {
    if (!revision.known() || revision->boot_args != spec.boot_args || revision->sources.empty()) continue;
    if (!is_built_from(*revision, spec)) continue;
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
  wanted.is_protected = is_protected(declared.object.metadata);
  wanted.prune_disabled = is_prune_disabled(declared.object.metadata);
  const TemplateSpec& spec = wanted.spec;

  const ImageSource image = find_image_source(input, spec);
  std::optional<Hindrance> boot_problem = problem_with("kernel", spec.kernel_path, input.host_files);
  if (!boot_problem && !spec.initrd_path.empty()) {
    boot_problem = problem_with("initrd", spec.initrd_path, input.host_files);
  }
  const auto revisions = input.store.templates.find(wanted.name.str());
  const std::map<Digest, Fact<RevisionIdentity>> none;
  const auto& built = revisions == input.store.templates.end() ? none : revisions->second;

  if (!boot_problem && !image.content.is_null()) {
    wanted.inputs = inputs_of(spec, image.content, input.host_files);
    for (const auto& [id, revision] : built) {
      if (revision.known() && revision->inputs == wanted.inputs) wanted.current = *revision;
    }
    if (wanted.current) return wanted;
  }
  wanted.source_problem = image.problem ? image.problem : boot_problem;
  if (wanted.source_problem) {
    wanted.current = newest_from_same_sources(spec, built);
    return wanted;
  }
  wanted.sources.push_back(*image.file);
  for (const std::string& path : {spec.kernel_path, spec.initrd_path}) {
    if (!path.empty()) wanted.sources.push_back({path, *input.host_files.at(path)});
  }
  return wanted;
}

}  // namespace cowherd
