// SPDX-License-Identifier: Apache-2.0
#include "reconciler/commands/approvals_for.h"

#include <gmock/gmock.h>

#include "tests/fakes/fake_file_system.h"
#include "tests/unit/commands/pictures.h"

namespace cowherd::testing {
namespace {

using ::testing::HasSubstr;

std::string refusal(const Picture& picture, const std::string& verb, const ObjectName& object) {
  const auto approval = approval_for(picture, verb, object);
  if (approval) return "it was approved";
  EXPECT_EQ(ErrorKind::Invalid, approval.error().kind);
  EXPECT_NE("", approval.error().hint);
  return to_string(approval.error());
}

WantedSandbox& with_held_edit(WantedSandbox& sandbox, const std::string& approval) {
  sandbox.is_declared = true;
  sandbox.held_edits = {{"spec.templateRef.name", "base", "other", ChangeClass::Replace}};
  sandbox.approval = approval;
  return sandbox;
}

TEST(ApprovalFor, AHeldEditIsApprovedForItsUidAndNewHash) {
  Picture picture = an_empty_picture();
  with_held_edit(add_sandbox(picture, "web"), "replace@0a1b2c3d");
  const Approval expected{"replace", "Sandbox/web", a_uid("web").str(), "0a1b2c3d"};
  EXPECT_EQ(expected, approval_for(picture, "replace", sandbox_named("web")).value());
}

TEST(ApprovalFor, WhatIsApprovedIsWhatExpandLooksFor) {
  const Declared declared = a_sandbox("web").from("other").declared();
  Picture picture = an_empty_picture();
  with_held_edit(add_sandbox(picture, "web"), "replace@" + spec_hash(declared.object.spec).short8());
  const std::vector<Approval> approvals{approval_for(picture, "replace", sandbox_named("web")).value()};
  const StoreContents store;
  const HostFiles host_files;
  const Fact<Disks::Choice> disks;
  const Fact<Captures> captures{Captures{}};
  const Fact<std::vector<Suspension>> suspensions;
  const ExpandInput input{picture.declared, store, host_files, approvals, disks, captures, suspensions, noon(), Span{0}};
  EXPECT_TRUE(is_approved(input, "replace", {}, a_uid("web"), spec_hash(declared.object.spec)));
  EXPECT_FALSE(is_approved(input, "dataloss", {}, a_uid("web"), spec_hash(declared.object.spec)));
  EXPECT_FALSE(is_approved(input, "replace", {}, a_uid("other"), spec_hash(declared.object.spec)));
}

TEST(ApprovalFor, TheWrongVerbNamesTheRightOne) {
  Picture picture = an_empty_picture();
  with_held_edit(add_sandbox(picture, "web"), "dataloss@0a1b2c3d");
  EXPECT_THAT(refusal(picture, "replace", sandbox_named("web")), HasSubstr("approve dataloss Sandbox/web"));
}

TEST(ApprovalFor, AnEditThatIsApprovedButHinderedSaysWhatItWaitsFor) {
  Picture picture = an_empty_picture();
  with_held_edit(add_sandbox(picture, "web"), "").hindrance = Hindrance{"TemplateNotFound", "template 'other' is gone"};
  EXPECT_THAT(refusal(picture, "replace", sandbox_named("web")), HasSubstr("template 'other' is gone"));
}

TEST(ApprovalFor, NothingHeldIsRefused) {
  Picture picture = an_empty_picture();
  add_sandbox(picture, "web");
  EXPECT_THAT(refusal(picture, "replace", sandbox_named("web")), HasSubstr("no edit of it is held"));
  EXPECT_THAT(refusal(picture, "replace", sandbox_named("nope")), HasSubstr("no such sandbox"));
  EXPECT_THAT(refusal(picture, "replace", template_named("base")), HasSubstr("no edit of it is held"));
  EXPECT_THAT(refusal(picture, "delete", sandbox_named("web")), HasSubstr("nothing holds its removal"));
}

TEST(ApprovalFor, ADeclaredObjectIsNotDeletedByApproval) {
  Picture picture = an_empty_picture();
  add_sandbox(picture, "web").is_declared = true;
  picture.declared.objects.emplace(sandbox_named("web"), a_sandbox("web").declared());
  EXPECT_THAT(refusal(picture, "delete", sandbox_named("web")), HasSubstr("web.yaml:3:9"));
}

TEST(ApprovalFor, ARetainedSandboxIsLetGoForItsAppliedHash) {
  Picture picture = an_empty_picture();
  add_sandbox(picture, "web").present->retained = true;
  const Approval expected{"delete", "Sandbox/web", a_uid("web").str(), a_digest("spec of web").short8()};
  EXPECT_EQ(expected, approval_for(picture, "delete", sandbox_named("web")).value());
}

TEST(ApprovalFor, AHeldPruneIsApprovedForItsAppliedHash) {
  Picture picture = an_empty_picture();
  add_sandbox(picture, "web").is_prune = true;
  hold_prune(picture, sandbox_named("web"));
  EXPECT_EQ(a_digest("spec of web").short8(), approval_for(picture, "delete", sandbox_named("web")).value().hash8);
  hold_prune(picture, template_named("base"));
  const Approval expected{"delete", "Template/base", "", ""};
  EXPECT_EQ(expected, approval_for(picture, "delete", template_named("base")).value());
}

TEST(ApprovalFor, WhatIsAboutToGoNeedsNoApproval) {
  Picture picture = an_empty_picture();
  add_sandbox(picture, "web").fate = Fate::Remove;
  EXPECT_THAT(refusal(picture, "delete", sandbox_named("web")), HasSubstr("about to be removed"));
}

TEST(ApprovalFor, WhatWaitsForItsLastSnapshotMayGoWithout) {
  Picture picture = an_empty_picture();
  add_sandbox(picture, "web").fate = Fate::Remove;
  WantedSnapshot last;
  last.is_last = true;
  last.identity.sandbox_uid = a_uid("web");
  picture.wanted.snapshots.emplace(a_name("web-final"), last);
  EXPECT_EQ(a_uid("web").str(), approval_for(picture, "delete", sandbox_named("web")).value().uid);
}

TEST(ApprovalFor, WhatIsNotPrunedIsLetGo) {
  Picture picture = an_empty_picture();
  add_sandbox(picture, "web").present->prune_disabled = true;
  EXPECT_EQ(a_uid("web").str(), approval_for(picture, "delete", sandbox_named("web")).value().uid);
}

TEST(ApprovalFor, WhatIsProtectedIsNot) {
  Picture picture = an_empty_picture();
  WantedSandbox& web = add_sandbox(picture, "web");
  web.present->retained = true;
  web.present->is_protected = true;
  EXPECT_THAT(refusal(picture, "delete", sandbox_named("web")), HasSubstr("protected by annotation cowherd.dev/protect"));
}

TEST(ApprovalsForPrune, NamesWhatIsHeldAndNothingElse) {
  Picture picture = an_empty_picture();
  add_sandbox(picture, "held").is_prune = true;
  add_sandbox(picture, "free").is_prune = true;
  add_sandbox(picture, "kept");
  picture.wanted.templates[a_name("base")].name = a_name("base");
  picture.wanted.templates[a_name("other")].name = a_name("other");
  hold_prune(picture, sandbox_named("held"));
  hold_prune(picture, template_named("base"));
  const auto approvals = approvals_for_prune(picture).value();
  ASSERT_EQ(2u, approvals.size());
  EXPECT_EQ("Sandbox/held", approvals[0].object);
  EXPECT_EQ(a_uid("held").str(), approvals[0].uid);
  EXPECT_EQ("Template/base", approvals[1].object);
}

TEST(ApprovalsForPrune, APictureWithHolesIsNotApproved) {
  Picture picture = an_empty_picture();
  add_sandbox(picture, "web").is_prune = true;
  hold_prune(picture, sandbox_named("web"));
  Picture unlisted = picture;
  unlisted.declared.complete = false;
  EXPECT_FALSE(approvals_for_prune(unlisted));
  Picture unreadable = picture;
  unreadable.seen.store.unreadable.push_back(make_error(ErrorKind::Denied, "read 'x'"));
  EXPECT_FALSE(approvals_for_prune(unreadable));
}

TEST(ApprovalsForPrune, WhatIsPrintedCanBeWrittenReadAndTakenBack) {
  Faults faults;
  FakeFileSystem files(faults);
  const Layout layout("/state");
  files.put("/state/id", "");
  const Approval of_template{"delete", "Template/base", "", ""};
  const Approval of_sandbox{"delete", "Sandbox/web", a_uid("web").str(), "0a1b2c3d"};
  ASSERT_TRUE(approve(files, layout, of_template));
  ASSERT_TRUE(approve(files, layout, of_sandbox));
  EXPECT_EQ((std::vector<Approval>{of_sandbox, of_template}), list_approvals(files, layout).value());
  ASSERT_TRUE(consume_approvals_of(files, layout, "Template/base"));
  EXPECT_EQ(std::vector<Approval>{of_sandbox}, list_approvals(files, layout).value());
}

TEST(ApprovalsForPrune, WithoutAUidOnlyADeletionByNameIsOne) {
  Faults faults;
  FakeFileSystem files(faults);
  files.put("/state/id", "");
  for (const Approval& wrong : {Approval{"delete", "RetentionPolicy/web", "", ""}, Approval{"replace", "Template/base", "", ""},
                                Approval{"delete", "Template/../id", "", ""}, Approval{"delete", "Template/", "", ""}}) {
    EXPECT_FALSE(approve(files, Layout("/state"), wrong)) << wrong.object;
  }
}

}  // namespace
}  // namespace cowherd::testing
