// SPDX-License-Identifier: Apache-2.0
// What every row of every table must be.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "resources/kinds/document_type.h"

namespace cowherd::testing {
namespace {

template <class Check>
void for_each_field(const Check& check) {
  for (const DocumentType* type : all_documents()) {
    for (const Field& field : type->fields) {
      SCOPED_TRACE(type->kind + ".spec." + field.path);
      check(field);
    }
    for (const Field& field : type->metadata) {
      SCOPED_TRACE(type->kind + ".metadata." + field.path);
      check(field);
    }
  }
}

TEST(FieldTable, DefaultsAndExamplesAreValidValues) {
  for_each_field([](const Field& field) {
    if (!field.standard.is_null()) {
      const auto read = read_field(field, field.standard);
      ASSERT_TRUE(read.has_value()) << read.error().front().message;
      EXPECT_EQ(print_field(field, *read), field.standard);
    }
    if (!field.example.is_null()) {
      const auto read = read_field(field, field.example);
      ASSERT_TRUE(read.has_value()) << read.error().front().message;
    }
  });
}

TEST(FieldTable, EveryFieldIsDocumented) {
  for_each_field([](const Field& field) {
    EXPECT_FALSE(field.doc.empty());
    EXPECT_TRUE(field.doc.ends_with('.'));
    const bool shown = !field.example.is_null() || field.type == FieldType::Enum;
    EXPECT_TRUE(shown) << "an example, or the choices";
    EXPECT_EQ(field.type == FieldType::Enum, !field.values.empty());
    EXPECT_NE(field.type, FieldType::OfMember);
  });
}

TEST(FieldTable, EverySectionBelongsToFieldsAndIsDocumented) {
  for (const DocumentType* type : all_documents()) {
    for (const Section& section : type->sections) {
      EXPECT_FALSE(section.doc.empty()) << type->kind << " " << section.path;
      EXPECT_FALSE(children_of(*type, section.path).empty()) << type->kind << " " << section.path;
    }
    for (const Field& field : type->fields) {
      for (std::size_t dot = field.path.find('.'); dot != std::string::npos; dot = field.path.find('.', dot + 1)) {
        EXPECT_NE(find_section(*type, field.path.substr(0, dot)), nullptr) << type->kind << " " << field.path;
      }
    }
  }
}

TEST(FieldTable, PathsAreUnique) {
  for (const DocumentType* type : all_documents()) {
    std::set<std::string> paths;
    for (const Field& field : type->fields) EXPECT_TRUE(paths.insert(field.path).second) << field.path;
  }
}

TEST(FieldTable, EnumeratorsAreInTheOrderOfTheirNames) {
  SandboxSpec sandbox;
  sandbox.restart = RestartType::OnFailure;
  sandbox.network = NetworkMode::User;
  sandbox.power_state = PowerState::Paused;
  sandbox.restore_from = *ResourceName::make("before");
  sandbox.restore_mode = RestoreMode::Disk;
  sandbox.on_expire = OnExpire::Delete;
  sandbox.deletion_policy = SandboxDeletionPolicy::Retain;
  sandbox.update_strategy = UpdateStrategy::Recreate;
  const Value value = to_value(Spec{sandbox});
  EXPECT_EQ(*value.find_path("restartPolicy.type"), Value("OnFailure"));
  EXPECT_EQ(*value.find_path("network.mode"), Value("User"));
  EXPECT_EQ(*value.find_path("powerState"), Value("Paused"));
  EXPECT_EQ(*value.find_path("restoreFrom.mode"), Value("Disk"));
  EXPECT_EQ(*value.find_path("lifecycle.onExpire"), Value("Delete"));
  EXPECT_EQ(*value.find_path("deletionPolicy"), Value("Retain"));
  EXPECT_EQ(*value.find_path("updateStrategy.type"), Value("Recreate"));
  SnapshotSpec snapshot;
  snapshot.mode = SnapshotMode::Full;
  snapshot.consistency = Consistency::Quiesced;
  EXPECT_EQ(*to_value(Spec{snapshot}).find("mode"), Value("Full"));
  EXPECT_EQ(*to_value(Spec{snapshot}).find("consistency"), Value("Quiesced"));
  Config config = default_config();
  config.accel = AccelSetting::Tcg;
  config.disk_driver = DiskDriverSetting::Qcow2;
  EXPECT_EQ(*to_value(config).find_path("machine.accel"), Value("Tcg"));
  EXPECT_EQ(*to_value(config).find_path("disks.driver"), Value("Qcow2"));
}

TEST(FieldTable, RequiredFieldsRequireTheMappingsAroundThem) {
  const DocumentType& type = document_type(Kind::Template);
  EXPECT_TRUE(is_required(type, ""));
  EXPECT_TRUE(is_required(type, "boot"));
  EXPECT_TRUE(is_required(type, "boot.kernel.path"));
  EXPECT_FALSE(is_required(type, "boot.initrd"));
  EXPECT_FALSE(is_required(type, "disk"));
  EXPECT_TRUE(is_required(document_type(Kind::RetentionPolicy), "keep"));
  EXPECT_FALSE(is_required(config_document(), ""));
}

TEST(FieldTable, OfAChoiceTheMappingAroundItIsRequiredAndNoOption) {
  const DocumentType& sandbox = document_type(Kind::Sandbox);
  EXPECT_TRUE(is_required(sandbox, ""));
  EXPECT_FALSE(is_required(sandbox, "templateRef"));
  EXPECT_TRUE(is_required(sandbox, "templateRef.name"));
  EXPECT_FALSE(is_required(sandbox, "restoreFrom"));
  EXPECT_TRUE(is_required(sandbox, "restoreFrom.snapshotRef"));
  EXPECT_FALSE(is_required(sandbox, "restoreFrom.mode"));
  EXPECT_TRUE(is_required(document_type(Kind::Template), "source"));
  EXPECT_FALSE(is_required(document_type(Kind::Template), "source.image"));
  EXPECT_TRUE(is_required(source_document(), ""));
  EXPECT_FALSE(is_required(source_document(), "git"));
  EXPECT_TRUE(is_required(source_document(), "git.url"));
  EXPECT_FALSE(is_required(source_document(), "git.branch"));
  EXPECT_FALSE(is_required(source_document(), "git.auth"));
}

TEST(FieldTable, EveryOptionOfAChoiceIsAFieldOrHoldsSomethingRequired) {
  for (const DocumentType* type : all_documents()) {
    for (const OneOf& choice : type->one_of) {
      EXPECT_GE(choice.options.size(), 2u);
      for (const std::string& option : paths_of(choice)) {
        if (find_field(type->fields, option) != nullptr) continue;
        EXPECT_EQ(choice.rule, OneOf::Rule::ExactlyOne) << type->kind << " " << option;
        const auto decides = [&](const Field& field) {
          return field.need == Need::Required && option_above(type->one_of, field.path) == option;
        };
        EXPECT_TRUE(std::any_of(type->fields.begin(), type->fields.end(), decides)) << type->kind << " " << option;
      }
    }
  }
}

TEST(FieldTable, SandboxDefaultsAreThoseOfTheDesign) {
  const Spec spec = make_spec(Kind::Sandbox, {});
  const auto& sandbox = std::get<SandboxSpec>(spec.what);
  EXPECT_EQ(sandbox.vcpus, 1);
  EXPECT_EQ(sandbox.memory, 512_MiB);
  EXPECT_EQ(sandbox.power_state, PowerState::Running);
  EXPECT_EQ(sandbox.on_expire, OnExpire::Stop);
  EXPECT_EQ(sandbox.graceful_stop, std::chrono::seconds{10});
  EXPECT_EQ(sandbox.restart, RestartType::Always);
  EXPECT_EQ(sandbox.network, NetworkMode::None);
  EXPECT_FALSE(sandbox.ttl || sandbox.disk_size || sandbox.cow_limit);
}

TEST(FieldTable, ReferencesAreFoundByTheTable) {
  SandboxSpec sandbox;
  sandbox.template_ref = *ResourceName::make("base");
  const auto found = references(Spec{sandbox});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].path, "spec.templateRef.name");
  EXPECT_EQ(to_string(found[0].to), "Template/base");
  SandboxSpec restored;
  restored.restore_from = *ResourceName::make("before");
  TemplateSpec flattened;
  flattened.snapshot_ref = *ResourceName::make("golden");
  for (const auto& [spec, path, target] : {std::tuple(Spec{restored}, "spec.restoreFrom.snapshotRef.name", "Snapshot/before"),
                                           std::tuple(Spec{flattened}, "spec.source.snapshotRef.name", "Snapshot/golden")}) {
    ASSERT_EQ(references(spec).size(), 1u);
    EXPECT_EQ(references(spec)[0].path, path);
    EXPECT_EQ(to_string(references(spec)[0].to), target);
  }
}

TEST(FieldTable, AMemoryThatIsNoWholePageNamesTheNearestSizes) {
  const Field& memory = *find_field(document_type(Kind::Sandbox).fields, "resources.memory");
  const auto read = read_field(memory, "500M");
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().front().message, "'500M' is not a whole multiple of 4Ki");
  EXPECT_EQ(read.error().front().hint, "the nearest are 488280Ki and 488284Ki");
  for (const char* size : {"488280Ki", "488284Ki", "512Mi", "512M"}) {
    EXPECT_TRUE(read_field(memory, size).has_value()) << size;
  }
}

}  // namespace
}  // namespace cowherd::testing
