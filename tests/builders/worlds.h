// SPDX-License-Identifier: Apache-2.0
// Small worlds, spelled the way a test wants to read them: a_sandbox("web").from("base").memory(256_MiB).
#pragma once

#include <string>

#include "reconciler/desired/concrete.h"
#include "reconciler/observed/observed.h"
#include "reconciler/plan/make_plan.h"
#include "reconciler/source/declaration.h"
#include "resources/files/bulk.h"

namespace cowherd::testing {

inline ResourceName a_name(const std::string& text) { return *ResourceName::make(text); }

// A uid that says whose it is: the name's digest.
inline Uid a_uid(const std::string& name) { return *Uid::make(sha256("uid " + name).str().substr(0, 32)); }
inline Digest a_digest(const std::string& text) { return sha256(text); }
inline Moment noon() { return Moment{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}} + std::chrono::hours{12}; }

class SandboxBuilder {
 public:
  explicit SandboxBuilder(const std::string& name) : name_(a_name(name)) {
    spec_.template_ref = a_name("base");
    spec_.memory = 128_MiB;
    spec_.graceful_stop = std::chrono::seconds{10};
  }
  SandboxBuilder& from(const std::string& name) { return (spec_.template_ref = a_name(name), *this); }
  SandboxBuilder& memory(Bytes bytes) { return (spec_.memory = bytes, *this); }
  SandboxBuilder& disk_size(Bytes bytes) { return (spec_.disk_size = bytes, *this); }
  SandboxBuilder& cow_limit(Bytes bytes) { return (spec_.cow_limit = bytes, *this); }
  SandboxBuilder& stopped() { return (spec_.power_state = PowerState::Stopped, *this); }
  SandboxBuilder& paused() { return (spec_.power_state = PowerState::Paused, *this); }
  SandboxBuilder& ttl(Span span) { return (spec_.ttl = span, *this); }
  SandboxBuilder& on_expire(OnExpire what) { return (spec_.on_expire = what, *this); }
  SandboxBuilder& restart(RestartType type) { return (spec_.restart = type, *this); }
  SandboxBuilder& restore(const std::string& snapshot, RestoreMode mode = RestoreMode::Auto) {
    spec_.template_ref = {};
    spec_.restore_from = a_name(snapshot);
    spec_.restore_mode = mode;
    return *this;
  }
  SandboxBuilder& recreate() { return (spec_.update_strategy = UpdateStrategy::Recreate, *this); }
  SandboxBuilder& retain() { return (spec_.deletion_policy = SandboxDeletionPolicy::Retain, *this); }
  SandboxBuilder& final_snapshot() { return (spec_.deletion_policy = SandboxDeletionPolicy::Snapshot, *this); }
  SandboxBuilder& without_snapshot() { return (spec_.snapshot_before = false, *this); }
  SandboxBuilder& snapshots_every(Span span, SnapshotMode mode = SnapshotMode::Disk) {
    spec_.snapshots_every = span;
    spec_.snapshots_mode = mode;
    return *this;
  }
  SandboxBuilder& label(const std::string& key, const std::string& value) {
    labels_[key] = value;
    return *this;
  }
  SandboxBuilder& annotate(std::string_view key, const std::string& value) {
    annotations_[std::string(key)] = value;
    return *this;
  }

  const SandboxSpec& spec() const { return spec_; }
  Declared declared(const std::string& file = "web.yaml") const {
    Declared declared;
    declared.object.metadata.name = name_;
    declared.object.metadata.annotations = annotations_;
    declared.object.metadata.labels = labels_;
    declared.object.spec = Spec{spec_};
    declared.spot = {file, 3, 9, 1};
    return declared;
  }

 private:
  ResourceName name_;
  SandboxSpec spec_{};
  std::map<std::string, std::string> annotations_{};
  std::map<std::string, std::string> labels_{};
};

inline SandboxBuilder a_sandbox(const std::string& name) { return SandboxBuilder(name); }

class TemplateBuilder {
 public:
  explicit TemplateBuilder(const std::string& name) : name_(a_name(name)) {
    spec_.image_path = "/srv/" + name + ".ext4";
    spec_.kernel_path = "/srv/vmlinuz";
    spec_.boot_args = {"console=ttyS0"};
  }
  TemplateBuilder& image(const std::string& path) { return (spec_.image_path = path, *this); }
  TemplateBuilder& snapshot(const std::string& name) {
    spec_.image_path = "";
    spec_.snapshot_ref = a_name(name);
    return *this;
  }
  TemplateBuilder& sha256(const Digest& digest) { return (spec_.image_sha256 = digest, *this); }
  TemplateBuilder& disk_size(Bytes bytes) { return (spec_.disk_size = bytes, *this); }
  TemplateBuilder& annotate(std::string_view key, const std::string& value) {
    annotations_[std::string(key)] = value;
    return *this;
  }
  TemplateBuilder& retain() { return (spec_.deletion_policy = TemplateDeletionPolicy::Retain, *this); }
  TemplateBuilder& arg(const std::string& text) { return (spec_.boot_args.push_back(text), *this); }

  const TemplateSpec& spec() const { return spec_; }
  Declared declared(const std::string& file = "base.yaml") const {
    Declared declared;
    declared.object.metadata.name = name_;
    declared.object.metadata.annotations = annotations_;
    declared.object.spec = Spec{spec_};
    declared.spot = {file, 3, 9, 1};
    return declared;
  }

 private:
  ResourceName name_;
  TemplateSpec spec_{};
  std::map<std::string, std::string> annotations_{};
};

inline TemplateBuilder a_template(const std::string& name) { return TemplateBuilder(name); }

class SnapshotBuilder {
 public:
  explicit SnapshotBuilder(const std::string& name) : name_(a_name(name)) {}
  SnapshotBuilder& of(const std::string& sandbox) { return (spec_.sandbox_ref = a_name(sandbox), *this); }
  SnapshotBuilder& full() { return (spec_.mode = SnapshotMode::Full, *this); }
  SnapshotBuilder& quiesced() { return (spec_.consistency = Consistency::Quiesced, *this); }
  SnapshotBuilder& retain() { return (spec_.deletion_policy = SnapshotDeletionPolicy::Retain, *this); }
  SnapshotBuilder& expire_after(Span span) { return (spec_.expire_after = span, *this); }
  SnapshotBuilder& label(const std::string& key, const std::string& value) { return (labels_[key] = value, *this); }
  SnapshotBuilder& hold(const std::string& reason) { return (spec_.holds.push_back(reason), *this); }
  SnapshotBuilder& annotate(std::string_view key, const std::string& value) {
    annotations_[std::string(key)] = value;
    return *this;
  }

  const SnapshotSpec& spec() const { return spec_; }
  Declared declared(const std::string& file = "snapshots.yaml") const {
    Declared declared;
    declared.object.metadata.name = name_;
    declared.object.metadata.labels = labels_;
    declared.object.metadata.annotations = annotations_;
    declared.object.spec = Spec{spec_};
    declared.spot = {file, 3, 9, 1};
    return declared;
  }

 private:
  ResourceName name_;
  SnapshotSpec spec_{};
  std::map<std::string, std::string> labels_{};
  std::map<std::string, std::string> annotations_{};
};

inline SnapshotBuilder a_snapshot(const std::string& name) { return SnapshotBuilder(name); }

class PolicyBuilder {
 public:
  explicit PolicyBuilder(const std::string& name) : name_(a_name(name)) {
    spec_.mode = RetentionMode::Enforce;
    spec_.group_by = {"Sandbox"};
  }
  PolicyBuilder& selecting(const std::string& key, const std::string& value) { return (spec_.selector[key] = value, *this); }
  PolicyBuilder& last(std::int64_t count) { return (spec_.keep.last = count, *this); }
  PolicyBuilder& min_free_percent(std::int64_t percent) { return (spec_.min_free_percent = percent, *this); }

  Declared declared(const std::string& file = "policies.yaml") const {
    Declared declared;
    declared.object.metadata.name = name_;
    declared.object.spec = Spec{spec_};
    declared.spot = {file, 3, 9, 1};
    return declared;
  }

 private:
  ResourceName name_;
  RetentionPolicySpec spec_{};
};

inline PolicyBuilder a_retention_policy(const std::string& name) { return PolicyBuilder(name); }

}  // namespace cowherd::testing
