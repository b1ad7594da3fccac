// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/options.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace cowherd::testing {
namespace {

// Sets an environment variable, or unsets it, and puts it back.
class Variable {
 public:
  Variable(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    put(value);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { put(before_); }

 private:
  void put(const std::optional<std::string>& value) const {
    if (value) {
      ::setenv(name_, value->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }

  const char* name_;
  std::optional<std::string> before_{};
};

TEST(Options, WhatIsGivenBecomesAbsoluteAndIsKept) {
  const std::string here = std::filesystem::current_path();
  const Options options = with_defaults({"m/../n/", "s", "c.yaml"}).value();
  EXPECT_EQ((Options{here + "/n", here + "/s", here + "/c.yaml"}), options);
  EXPECT_EQ(options, with_defaults(options).value());
}

TEST(Options, TheDefaultConfigurationIsNotNamed) {
  EXPECT_EQ("", with_defaults({"/m", "/s", ""}).value().config);
}

TEST(Options, DefaultsAreTheSystemsForRootAndThePersonsForOthers) {
  const Variable config("XDG_CONFIG_HOME", "/home/a/conf");
  const Variable state("XDG_STATE_HOME", "relative/is/ignored");
  const Variable home("HOME", "/home/a");
  const Options options = with_defaults({}).value();
  const bool root = ::geteuid() == 0;
  EXPECT_EQ(root ? "/etc/cowherd/manifests" : "/home/a/conf/cowherd/manifests", options.manifests);
  EXPECT_EQ(root ? "/var/lib/cowherd" : "/home/a/.local/state/cowherd", options.state_dir);
}

TEST(Options, WithoutAHomeTheFlagIsAskedFor) {
  if (::geteuid() == 0) return;  // root needs no home
  const Variable state("XDG_STATE_HOME", std::nullopt);
  const Variable home("HOME", std::nullopt);
  const auto options = with_defaults({"/m", "", ""});
  ASSERT_FALSE(options);
  EXPECT_EQ("give --state-dir", options.error().hint);
}

}  // namespace
}  // namespace cowherd::testing
