// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "reconciler/commands/describe_object.h"
#include "reconciler/api/object_document.h"
#include "reconciler/commands/object_tables.h"
#include "reconciler/commands/print_yaml.h"
#include "resources/manifest/parse.h"
#include "tests/unit/commands/pictures.h"

namespace cowherd::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

MachineState a_running_vm() {
  MachineState machine;
  machine.pid = 812;
  machine.started_at = noon() - std::chrono::minutes{5};
  machine.accelerator = "tcg";
  return machine;
}

Picture a_running_sandbox() {
  Picture picture = an_empty_picture();
  WantedSandbox& web = add_sandbox(picture, "web");
  web.is_declared = true;
  picture.declared.objects.emplace(sandbox_named("web"),
                                   a_sandbox("web").annotate("note", "yes: \"no\"\n# 12").declared());
  picture.seen.machines.emplace(a_uid("web"), a_running_vm());
  DiskState disk;
  disk.store_present = true;
  disk.store_allocated = 256_MiB;
  picture.seen.disks.emplace(a_uid("web"), disk);
  return picture;
}

TEST(ObjectTables, ASandboxIsOneLine) {
  const Picture picture = a_running_sandbox();
  EXPECT_EQ(
      "NAME   READY   POWER     TEMPLATE   CPU   MEM     COW%   AGE   STATUS\n"
      "web    True    Running   base       1     128Mi   25     3h    Running\n",
      print_statuses(picture, statuses_of(picture), TableWidth::Normal));
}

TEST(ObjectTables, WideAddsWhatFindsItOnTheHost) {
  const Picture picture = a_running_sandbox();
  const std::string table = print_statuses(picture, statuses_of(picture), TableWidth::Wide);
  for (const std::string& cell : {a_uid("web").str(), std::string("812"), std::string("qcow2"), std::string("tcg"),
                                  std::string("web.yaml:3:9")}) {
    EXPECT_THAT(table, HasSubstr(cell));
  }
}

TEST(ObjectTables, WhatCannotBeSeenIsUnknownNotAbsent) {
  Picture picture = a_running_sandbox();
  picture.seen.machines[a_uid("web")] = Fact<MachineState>(make_error(ErrorKind::Denied, "look"));
  picture.seen.disks[a_uid("web")] = Fact<DiskState>(make_error(ErrorKind::Denied, "look"));
  const std::string table = print_statuses(picture, statuses_of(picture), TableWidth::Normal);
  EXPECT_THAT(table, HasSubstr("Unknown"));
  EXPECT_THAT(table, HasSubstr(" ? "));
}

TEST(ObjectTables, ASandboxThatIsNotThereYetHasDashes) {
  Picture picture = an_empty_picture();
  WantedSandbox wanted;
  wanted.fate = Fate::Create;
  wanted.identity = an_identity("web");
  picture.wanted.sandboxes.push_back(wanted);
  EXPECT_THAT(print_statuses(picture, statuses_of(picture), TableWidth::Normal), HasSubstr("web    False   -       base"));
}

TEST(ObjectDocument, WrittenToAFileItIsTheManifestAgain) {
  const Picture picture = a_running_sandbox();
  const std::string text = print_yaml(object_document(statuses_of(picture).front()));
  const ParsedFile parsed = parse_manifest(text, "again.yaml");
  EXPECT_FALSE(has_errors(parsed.diagnostics)) << text;
  ASSERT_EQ(1u, parsed.documents.size());
  EXPECT_EQ(picture.declared.objects.at(sandbox_named("web")).object, parsed.documents.front().object);
}

TEST(ObjectDocument, HasTheFieldsOfAKubernetesObject) {
  ObjectStatus status = statuses_of(a_running_sandbox()).front();
  status.last_error = "start failed";
  status.attempts = 3;
  status.next_retry = noon();
  status.pending = {{"spec.resources.memory", "128Mi", "1Gi", ChangeClass::Restart}};
  const Value document = object_document(status);
  EXPECT_EQ("cowherd.dev/v1alpha1", *document.find("apiVersion")->as_string());
  EXPECT_EQ(a_uid("web").str(), *document.find_path("metadata.uid")->as_string());
  EXPECT_EQ(1, *document.find_path("metadata.generation")->as_integer());
  EXPECT_EQ(812, *document.find_path("status.vmPid")->as_integer());
  EXPECT_EQ("web.yaml:3:9", *document.find_path("status.origin")->as_string());
  EXPECT_EQ("start failed", *document.find_path("status.lastError")->as_string());
  EXPECT_EQ(3, *document.find_path("status.attempts")->as_integer());
  EXPECT_EQ("2026-11-20T12:00:00Z", *document.find_path("status.nextRetry")->as_string());
  EXPECT_EQ("Restart", *document.find_path("status.pendingChanges")->as_list()->front().find("change")->as_string());
  const Value& ready = document.find_path("status.conditions")->as_list()->front();
  EXPECT_EQ("Ready", *ready.find("type")->as_string());
  EXPECT_EQ("True", *ready.find("status")->as_string());
}

TEST(ObjectDocument, ManyAreAList) {
  const Value list = list_document(statuses_of(a_running_sandbox()));
  EXPECT_EQ("v1", *list.find("apiVersion")->as_string());
  EXPECT_EQ("List", *list.find("kind")->as_string());
  EXPECT_EQ(1u, list.find("items")->as_list()->size());
  EXPECT_TRUE(list_document({}).find("items")->as_list()->empty());
}

std::string described(const Picture& picture, const std::vector<Event>& events = {}) {
  return describe_object(picture, statuses_of(picture).front(), events);
}

TEST(DescribeObject, TellsWhoRunsFromACopyOfItsMemoryImageAndWhatThatTakes) {
  const auto of = [](const MachineState& machine) {
    Picture picture = a_running_sandbox();
    picture.seen.machines[a_uid("web")] = machine;
    return described(picture);
  };
  MachineState machine = a_running_vm();
  machine.host_user = 2'100'000'042;
  EXPECT_THAT(of(machine), AllOf(HasSubstr("2100000042"), Not(HasSubstr("memoryImage"))));
  machine.loaded = "generation";
  EXPECT_THAT(of(machine), AllOf(HasSubstr("its own"), Not(HasSubstr("MemoryShared"))));
  machine.image_copy = ImageCopy{ImageCopy::How::Copied, 96_MiB};
  EXPECT_THAT(of(machine), AllOf(HasSubstr("96Mi copied for it alone"), HasSubstr("MemoryShared"), HasSubstr("OwnCopy")));
  machine.image_copy->how = ImageCopy::How::Reflinked;
  EXPECT_THAT(of(machine), HasSubstr("96Mi reflinked for it alone"));
  machine.image_copy.reset();
  machine.host_user.reset();
  EXPECT_THAT(of(machine), AllOf(HasSubstr("shared"), Not(HasSubstr("MemoryShared"))));
}

TEST(DescribeObject, TellsWhatItsVmIsKeptToOrWhyToNothing) {
  Picture picture = a_running_sandbox();
  MachineState machine = a_running_vm();
  machine.bounds = MachineBounds{"cowherd-ab.scope", 2, 896_MiB, 130};
  picture.seen.machines[a_uid("web")] = machine;
  EXPECT_THAT(described(picture), HasSubstr("2 processors, 896Mi memory, 130 tasks, by cowherd-ab.scope"));
  machine.bounds.reset();
  machine.unbounded = "cgroup v2 is not mounted";
  picture.seen.machines[a_uid("web")] = machine;
  EXPECT_THAT(described(picture), HasSubstr("none: cgroup v2 is not mounted"));
}

TEST(DescribeObject, TellsWhatItIsAndHowItIs) {
  const std::string text = described(a_running_sandbox());
  for (const char* part : {"Name:", "web.yaml:3:9", "memory: 128Mi", "Ready", "vmPid:", "812", "Machine:"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  for (const char* absent : {"Pending edits:", "Blocked:", "Planned:", "Under way:", "Events:", "Last error:"}) {
    EXPECT_THAT(text, Not(HasSubstr(absent)));
  }
}

TEST(DescribeObject, AHeldEditComesWithTheWordsThatApproveIt) {
  Picture picture = a_running_sandbox();
  WantedSandbox& web = picture.wanted.sandboxes.front();
  web.held_edits = {{"spec.templateRef.name", "base", "", ChangeClass::Replace}};
  web.approval = "replace@0a1b2c3d";
  const std::string text = described(picture);
  EXPECT_THAT(text, HasSubstr("base -> (unset)"));
  EXPECT_THAT(text, HasSubstr("`cowherd approve replace Sandbox/web`"));
  EXPECT_THAT(text, HasSubstr("cowherd.dev/approve: \"replace@0a1b2c3d\""));
}

TEST(DescribeObject, ShowsOnlyItsOwnStepsBlocksAndIntents) {
  Picture picture = a_running_sandbox();
  const auto stop_of = [](const std::string& name) {
    StopMachine stop;
    stop.name = a_name(name);
    return Step{Action{stop}, "because of " + name, {}, false};
  };
  picture.plan.steps = {stop_of("other"), stop_of("web")};
  picture.plan.blocked = {{"Sandbox/web", BlockKind::Backoff, "ActionFailed", "boot failed", noon()},
                          {"Sandbox/other", BlockKind::Guard, "PruneHeld", "held back", std::nullopt}};
  picture.memory.open_intents = {{1, "Sandbox/web", "start-machine", "start it", noon() - std::chrono::minutes{1}}};
  const std::string text = described(picture);
  EXPECT_THAT(text, HasSubstr("2 !"));
  EXPECT_THAT(text, HasSubstr("because of web"));
  EXPECT_THAT(text, HasSubstr("boot failed (next try 2026-11-20T12:00:00Z)"));
  EXPECT_THAT(text, HasSubstr("begun 1m ago"));
  EXPECT_THAT(text, Not(HasSubstr("because of other")));
  EXPECT_THAT(text, Not(HasSubstr("held back")));
}

TEST(DescribeObject, OfSeveralStepsThatFailedTheOneThatIsTriedAgainLastIsTold) {
  Picture picture = a_running_sandbox();
  picture.memory.attempts["Sandbox/web grow-disk"] = {4, noon() + std::chrono::minutes{5}, "no room", "", "", ""};
  picture.memory.attempts["Sandbox/web start-machine"] = {2, noon() + std::chrono::minutes{1}, "no kernel", "", "", ""};
  picture.memory.attempts["Sandbox/web-2 start-machine"] = {9, noon() + std::chrono::minutes{9}, "another's", "", "", ""};
  const std::string text = described(picture);
  EXPECT_THAT(text, HasSubstr("no room"));
  EXPECT_THAT(text, HasSubstr("4 failed in a row"));
  EXPECT_THAT(text, HasSubstr("2026-11-20T12:05:00Z"));
}

TEST(DescribeObject, EventsSayHowOftenAndWhen) {
  const Event event{"Sandbox/web", EventType::Warning, "ActionFailed", "boot failed", noon(),
                    noon() - std::chrono::minutes{2}, 3};
  EXPECT_THAT(described(a_running_sandbox(), {event}), HasSubstr("2m (x3)   Warning   ActionFailed   boot failed"));
}

}  // namespace
}  // namespace cowherd::testing
