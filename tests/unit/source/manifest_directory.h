// SPDX-License-Identifier: Apache-2.0
// A real directory of manifests for one test, removed afterwards, and a tree that counts and disturbs what is
// done to it. Its clock stands an hour after the directory was made, in the time of the file system: what a
// test writes has settled.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "reconciler/source/manifest_tree.h"
#include "resources/kinds/object.h"
#include "tests/fakes/manual_clock.h"

namespace cowherd::testing {

inline std::string sandbox(const std::string& name, const std::string& memory = "512Mi") {
  return "apiVersion: cowherd.dev/v1alpha1\nkind: Sandbox\nmetadata: {name: " + name +
         "}\nspec:\n  templateRef: {name: base}\n  resources: {memory: " + memory + "}\n";
}

inline ObjectName sandbox_name(const std::string& name) { return {Kind::Sandbox, *ResourceName::make(name)}; }

class ManifestDirectory {
 public:
  ManifestDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cowherd-source-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    base_ = pattern;
    std::filesystem::create_directory(base_ + "/manifests");
    clock.set(changed_at("manifests") + std::chrono::hours{1});
  }
  ~ManifestDirectory() { std::filesystem::remove_all(base_); }
  ManifestDirectory(const ManifestDirectory&) = delete;
  ManifestDirectory& operator=(const ManifestDirectory&) = delete;

  // The directory that is watched; paths below are relative to its parent.
  std::string root() const { return base_ + "/manifests"; }
  std::string path(const std::string& name) const { return base_ + "/" + name; }

  void put(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << text;
  }
  void append(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary | std::ios::app) << text;
  }
  void remove(const std::string& name) const { std::filesystem::remove_all(path(name)); }
  void rename(const std::string& from, const std::string& to) const {
    std::filesystem::rename(path(from), path(to));
  }
  void link(const std::string& name, const std::string& target) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::filesystem::create_symlink(target, path(name));
  }
  // As git-sync and kubelet do: a new symlink is renamed over the old one.
  void swap_link(const std::string& name, const std::string& target) const {
    link(name + ".new", target);
    rename(name + ".new", name);
  }
  void make_fifo(const std::string& name) const { EXPECT_EQ(::mkfifo(path(name).c_str(), 0600), 0); }
  void set_modified(const std::string& name, Moment moment) const {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(moment);
    const timespec time{seconds.time_since_epoch().count(), 0};
    const timespec both[2]{time, time};
    EXPECT_EQ(::utimensat(AT_FDCWD, path(name).c_str(), both, 0), 0);
  }
  // When the file was last written or renamed, by the clock of the file system.
  Moment changed_at(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(::stat(path(name).c_str(), &status), 0);
    return Moment{std::chrono::ceil<Span>(std::chrono::seconds{status.st_ctim.tv_sec} +
                                          std::chrono::nanoseconds{status.st_ctim.tv_nsec})};
  }

  ManualClock clock{};

 private:
  std::string base_{};
};

// What the disturbed tree saw and does. It outlives the tree.
struct Disturbance {
  int reads = 0;
  int stats = 0;
  std::map<std::string, Error> refuse_list{};             // by directory
  std::map<std::string, Error> refuse_read{};             // by file
  std::function<void(const std::string&)> before_read{};  // the world moves
  std::function<void(const std::string&)> after_read{};
};

class DisturbedTree final : public ManifestTree {
 public:
  DisturbedTree(std::unique_ptr<ManifestTree> inner, Disturbance& disturbance)
      : inner_(std::move(inner)), disturbance_(disturbance) {}

  Result<std::vector<FileEntry>> list(const std::string& directory, std::size_t most) override {
    const auto refused = disturbance_.refuse_list.find(directory);
    if (refused != disturbance_.refuse_list.end()) return fail(refused->second);
    return inner_->list(directory, most);
  }
  Result<FileStamp> stat(const std::string& path) override {
    ++disturbance_.stats;
    return inner_->stat(path);
  }
  Result<TreeText> read(const std::string& path, Bytes limit) override {
    ++disturbance_.reads;
    const auto refused = disturbance_.refuse_read.find(path);
    if (refused != disturbance_.refuse_read.end()) return fail(refused->second);
    if (disturbance_.before_read) disturbance_.before_read(path);
    auto result = inner_->read(path, limit);
    if (disturbance_.after_read) disturbance_.after_read(path);
    return result;
  }
  Result<FileType> type_anywhere(const std::string& path) override { return inner_->type_anywhere(path); }
  Status still_there() override { return inner_->still_there(); }

 private:
  std::unique_ptr<ManifestTree> inner_;
  Disturbance& disturbance_;
};

class DisturbedTrees final : public ManifestTrees {
 public:
  explicit DisturbedTrees(Disturbance& disturbance) : disturbance_(disturbance) {}
  Result<std::unique_ptr<ManifestTree>> open(const std::string& directory) override {
    auto inner = host_.open(directory);
    if (!inner) return fail(std::move(inner).error());
    return std::make_unique<DisturbedTree>(*std::move(inner), disturbance_);
  }

 private:
  HostTrees host_{};
  Disturbance& disturbance_;
};

}  // namespace cowherd::testing
