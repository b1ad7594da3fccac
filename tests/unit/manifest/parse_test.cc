// SPDX-License-Identifier: Apache-2.0
// What good manifests become, and the examples.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "resources/kinds/placement.h"
#include "resources/manifest/parse_config.h"
#include "tests/unit/manifest/manifest_text.h"

namespace cowherd::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ParseManifest, ReadsEveryFieldOfATemplate) {
  const auto parsed = parse(R"(apiVersion: cowherd.dev/v1alpha1
kind: Template
metadata: {name: python-312, labels: {lang: python}, annotations: {example.com/note: "a: b"}}
spec:
  source: {image: {path: /srv/python.ext4, sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}
  disk: {size: 10Gi}
  boot: {kernel: {path: /srv/vmlinuz}, initrd: {path: /srv/initrd}, args: [console=ttyS0, panic=1]}
  deletionPolicy: Retain
)");
  ASSERT_THAT(parsed.diagnostics, IsEmpty());
  const Document& document = parsed.documents.at(0);
  EXPECT_EQ(to_string(document.object.name()), "Template/python-312");
  EXPECT_EQ(to_string(document.spot), "test.yaml:3:18");
  EXPECT_EQ(document.spot.length, 10);
  EXPECT_EQ(document.object.metadata.labels.at("lang"), "python");
  EXPECT_EQ(document.object.metadata.annotations.at("example.com/note"), "a: b");
  const auto& spec = std::get<TemplateSpec>(document.object.spec.what);
  EXPECT_EQ(spec.image_path, "/srv/python.ext4");
  EXPECT_EQ(spec.image_sha256->short8(), "e3b0c442");
  EXPECT_EQ(spec.disk_size, 10_GiB);
  EXPECT_EQ(spec.kernel_path, "/srv/vmlinuz");
  EXPECT_EQ(spec.initrd_path, "/srv/initrd");
  EXPECT_THAT(spec.boot_args, ElementsAre("console=ttyS0", "panic=1"));
  EXPECT_EQ(spec.deletion_policy, TemplateDeletionPolicy::Retain);
}

TEST(ParseManifest, ReadsEveryFieldOfASandbox) {
  const auto parsed = parse(sandbox("agent-7", R"(  powerState: Stopped
  resources: {vcpus: 2, memory: 1Gi, disk: {size: 20Gi, cowLimit: 6Gi}}
  lifecycle: {ttl: 24h, onExpire: Delete, gracefulStop: 1m}
  restartPolicy: {type: OnFailure}
  network: {mode: User}
  deletionPolicy: Retain
  updateStrategy: {type: Recreate}
)"));
  ASSERT_THAT(parsed.diagnostics, IsEmpty());
  const auto& spec = std::get<SandboxSpec>(parsed.documents.at(0).object.spec.what);
  SandboxSpec wanted;
  wanted.template_ref = *ResourceName::make("base");
  wanted.power_state = PowerState::Stopped;
  wanted.vcpus = 2;
  wanted.memory = 1_GiB;
  wanted.disk_size = 20_GiB;
  wanted.cow_limit = 6_GiB;
  wanted.ttl = std::chrono::hours{24};
  wanted.on_expire = OnExpire::Delete;
  wanted.graceful_stop = std::chrono::minutes{1};
  wanted.restart = RestartType::OnFailure;
  wanted.network = NetworkMode::User;
  wanted.deletion_policy = SandboxDeletionPolicy::Retain;
  wanted.update_strategy = UpdateStrategy::Recreate;
  EXPECT_EQ(spec, wanted);
}

TEST(ParseManifest, ReadsWhatComesFromASnapshot) {
  const auto parsed = parse(R"(apiVersion: cowherd.dev/v1alpha1
kind: Sandbox
metadata: {name: clone}
spec: {restoreFrom: {snapshotRef: {name: before}, mode: Memory}, powerState: Paused}
---
apiVersion: cowherd.dev/v1alpha1
kind: Template
metadata: {name: warm}
spec: {source: {snapshotRef: {name: golden}}, boot: {kernel: {path: /srv/vmlinuz}}}
)");
  ASSERT_THAT(parsed.diagnostics, IsEmpty());
  const auto& clone = std::get<SandboxSpec>(parsed.documents.at(0).object.spec.what);
  EXPECT_EQ(clone.restore_from.str(), "before");
  EXPECT_EQ(clone.restore_mode, RestoreMode::Memory);
  EXPECT_EQ(clone.power_state, PowerState::Paused);
  EXPECT_EQ(clone.template_ref, ResourceName{});
  const auto& warm = std::get<TemplateSpec>(parsed.documents.at(1).object.spec.what);
  EXPECT_EQ(warm.snapshot_ref.str(), "golden");
  EXPECT_EQ(warm.image_path, "");
}

TEST(ParseManifest, ReadsASnapshotAndAPolicy) {
  const auto parsed = parse(R"(apiVersion: cowherd.dev/v1alpha1
kind: Snapshot
metadata: {name: before}
spec: {sandboxRef: {name: agent-7}, mode: Full, holds: [audit-2026], expireAfter: 30d}
---
apiVersion: cowherd.dev/v1alpha1
kind: RetentionPolicy
metadata: {name: nightly}
spec:
  mode: Enforce
  selector: {matchLabels: {team: ml}}
  groupBy: [Sandbox, "Label:tier"]
  keep: {last: 3, hourly: -1, within: 48h, withinMonthly: 1y6mo, labels: [{matchLabels: {keep: "true"}}]}
  minAge: 0s
  minKeep: 0
  space: {maxBytes: 200Gi, minFreePercent: 15}
)");
  ASSERT_THAT(parsed.diagnostics, IsEmpty());
  const auto& snapshot = std::get<SnapshotSpec>(parsed.documents.at(0).object.spec.what);
  EXPECT_EQ(snapshot.mode, SnapshotMode::Full);
  EXPECT_EQ(snapshot.consistency, Consistency::Crash);
  EXPECT_THAT(snapshot.holds, ElementsAre("audit-2026"));
  EXPECT_EQ(snapshot.expire_after, std::chrono::hours{30 * 24});
  const auto& policy = std::get<RetentionPolicySpec>(parsed.documents.at(1).object.spec.what);
  EXPECT_EQ(policy.mode, RetentionMode::Enforce);
  EXPECT_THAT(policy.group_by, ElementsAre("Sandbox", "Label:tier"));
  EXPECT_EQ(policy.keep.last, 3);
  EXPECT_EQ(policy.keep.hourly, -1);
  EXPECT_EQ(policy.keep.daily, std::nullopt);
  EXPECT_EQ(policy.keep.within_monthly, (CalendarSpan{1, 6, 0, 0}));
  EXPECT_THAT(policy.keep.labels, ElementsAre(LabelSelector{{"keep", "true"}}));
  EXPECT_EQ(policy.min_age, Span{0});
  EXPECT_EQ(policy.min_keep, 0);
  EXPECT_EQ(policy.max_bytes, 200_GiB);
  EXPECT_EQ(policy.min_free_percent, 15);
}

TEST(ParseManifest, ServerFieldsAreWarnedAboutAndIgnored) {
  const auto parsed = parse(
      "apiVersion: cowherd.dev/v1alpha1\nkind: Sandbox\nmetadata: {name: web, uid: abc, creationTimestamp: null}\n"
      "spec: {templateRef: {name: base}}\nstatus: {conditions: []}\n");
  EXPECT_THAT(codes(parsed), ElementsAre("W101", "W101", "W101"));
  EXPECT_EQ(parsed.documents.size(), 1u);
}

TEST(ParseManifest, ADuplicateInTheFileSpoilsTheFile) {
  const auto parsed = parse(sandbox("web") + "---\n" + sandbox("web"));
  ASSERT_THAT(codes(parsed), ElementsAre("E301"));
  EXPECT_THAT(parsed.documents, IsEmpty());
  EXPECT_EQ(parsed.diagnostics[0].others.at(0).spot.line, 3);
}

TEST(ParseManifest, OneBadDocumentSpoilsTheFile) {
  const auto parsed = parse(sandbox("web") + "---\n" + sandbox("worker", "  powerState: On\n"));
  EXPECT_THAT(codes(parsed), ElementsAre("E213"));
  EXPECT_THAT(parsed.documents, IsEmpty());
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream input(path);
  std::ostringstream text;
  text << input.rdbuf();
  return text.str();
}

// Of every manifest below the directory.
std::vector<Document> documents_below(const std::filesystem::path& directory) {
  std::vector<Document> documents;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.path().extension() != ".yaml") continue;
    const auto parsed = parse_manifest(text_of(entry.path()), entry.path().filename());
    EXPECT_THAT(parsed.diagnostics, IsEmpty()) << entry.path();
    documents.insert(documents.end(), parsed.documents.begin(), parsed.documents.end());
  }
  EXPECT_THAT(cross_check(documents), IsEmpty());
  return documents;
}

const std::filesystem::path kExamples = std::filesystem::path(COWHERD_SOURCE_DIR) / "examples";

TEST(ParseManifest, TheExamplesHaveNoFindings) { EXPECT_GE(documents_below(kExamples / "manifests").size(), 5u); }

// What a host of examples/gitops keeps of the repository.
std::set<std::string> placed_on(const std::string& host) {
  const auto parsed = parse_config(text_of(kExamples / "gitops/hosts" / (host + ".yaml")), host);
  EXPECT_THAT(parsed.diagnostics, IsEmpty());
  EXPECT_EQ(parsed.config.sources.size(), 1u);
  const LabelSelector labels = with_builtin_labels(parsed.config.host_labels, host, "x86_64");
  std::set<std::string> names;
  for (const Document& document : documents_below(kExamples / "gitops" / parsed.config.sources.front().git_path)) {
    if (matches(placement_of(document.object.spec), labels)) names.insert(to_string(document.object.name()));
  }
  return names;
}

TEST(ParseConfig, EachHostOfTheGitopsExampleHasItsPart) {
  EXPECT_THAT(placed_on("node-1"), ElementsAre("RetentionPolicy/nightly", "Sandbox/mail", "Sandbox/web", "Template/busybox"));
  EXPECT_THAT(placed_on("node-2"), ElementsAre("RetentionPolicy/nightly", "Sandbox/web-staging", "Template/busybox"));
}

TEST(ParseConfig, EveryFieldHasADefault) {
  EXPECT_EQ(parse_config("", "c").config, default_config());
  const auto parsed = parse_config("apiVersion: config.cowherd.dev/v1alpha1\nkind: CowherdConfiguration\n", "c");
  EXPECT_THAT(parsed.diagnostics, IsEmpty());
  EXPECT_EQ(parsed.config, default_config());
  EXPECT_EQ(parsed.config.workers, 4);
  EXPECT_EQ(parsed.config.settle, Span{250});
  EXPECT_EQ(parsed.config.trash_grace, std::chrono::hours{24});
  EXPECT_EQ(parsed.config.serial_log_limit, 4_MiB);
  EXPECT_EQ(parsed.config.freeze_budget, std::chrono::seconds{2});
  EXPECT_EQ(parsed.config.runtime_dir, "");
}

TEST(ParseConfig, ReadsFields) {
  const auto parsed = parse_config(R"(apiVersion: config.cowherd.dev/v1alpha1
kind: CowherdConfiguration
spec:
  machine: {qemu: /opt/qemu, accel: Tcg}
  disks: {driver: Qcow2}
  source: {settle: 1s, pruneDelay: 1m, allowEmpty: Allow}
  limits: {workers: 8, boots: 3, imports: 2, memoryBudgetPercent: 50, minFreePercent: 10, freezeBudget: 500ms}
  guards: {maxPrune: {count: 5, percent: 50}, trashGrace: 1h}
  resync: 1m
  serialLogLimit: 1Mi
  runtimeDir: /run/x
  api: {socket: /run/x.sock, viewGroup: viewers, adminGroup: admins}
)",
                                   "c");
  ASSERT_THAT(parsed.diagnostics, IsEmpty());
  EXPECT_EQ(parsed.config.qemu, "/opt/qemu");
  EXPECT_EQ(parsed.config.accel, AccelSetting::Tcg);
  EXPECT_EQ(parsed.config.disk_driver, DiskDriverSetting::Qcow2);
  EXPECT_EQ(parsed.config.prune_delay, std::chrono::minutes{1});
  EXPECT_EQ(parsed.config.allow_empty, EmptySource::Allow);
  EXPECT_EQ(parsed.config.freeze_budget, Span{500});
  EXPECT_EQ(parsed.config.max_prune_count, 5);
  EXPECT_EQ(parsed.config.max_prune_percent, 50);
  EXPECT_EQ(parsed.config.runtime_dir, "/run/x");
  EXPECT_EQ(parsed.config.api_socket, "/run/x.sock");
  EXPECT_EQ(parsed.config.api_view_group.str(), "viewers");
  EXPECT_EQ(parsed.config.api_admin_group.str(), "admins");
}

TEST(ParseConfig, WithErrorsTheDefaultsAreGiven) {
  const auto parsed = parse_config("apiVersion: config.cowherd.dev/v1alpha1\nkind: CowherdConfiguration\nspec: {limits: {workers: 8, boot: 1}}\n", "c");
  EXPECT_TRUE(has_errors(parsed.diagnostics));
  EXPECT_EQ(parsed.config, default_config());
}

constexpr const char* kSources = R"(apiVersion: config.cowherd.dev/v1alpha1
kind: Source
metadata: {name: fleet}
spec:
  git:
    url: ssh://git@git.example.com/ops/fleet.git
    branch: main
    path: hosts
    interval: 5m
    rewrites: Allow
    auth: {sshKeyCredential: fleet-key, knownHostsFile: /etc/cowherd/known_hosts}
    verify: {allowedSignersFile: /etc/cowherd/signers}
    webhook: {secretFile: /etc/cowherd/webhook}
---
apiVersion: config.cowherd.dev/v1alpha1
kind: CowherdConfiguration
spec: {hostLabels: {environment: production}, limits: {workers: 8}}
---
apiVersion: config.cowherd.dev/v1alpha1
kind: Source
metadata: {name: extra}
spec: {directory: {path: /srv/extra}}
)";

TEST(ParseConfig, SourcesStandBesideTheSettings) {
  const auto parsed = parse_config(kSources, "c");
  ASSERT_THAT(parsed.diagnostics, IsEmpty());
  EXPECT_EQ(parsed.config.workers, 8);
  EXPECT_EQ(parsed.config.host_labels, (LabelSelector{{"environment", "production"}}));
  ASSERT_EQ(parsed.config.sources.size(), 2u);
  EXPECT_EQ(parsed.config.sources[0].name.str(), "extra");
  EXPECT_EQ(parsed.config.sources[0].directory_path, "/srv/extra");
  const SourceConfig& fleet = parsed.config.sources[1];
  EXPECT_EQ(fleet.name.str(), "fleet");
  EXPECT_EQ(fleet.git_url, "ssh://git@git.example.com/ops/fleet.git");
  EXPECT_EQ(fleet.git_branch, "main");
  EXPECT_EQ(fleet.git_path, "hosts");
  EXPECT_EQ(fleet.git_interval, std::chrono::minutes{5});
  EXPECT_EQ(fleet.git_timeout, std::chrono::minutes{1});
  EXPECT_EQ(fleet.git_rewrites, RewritesSetting::Allow);
  EXPECT_EQ(fleet.ssh_key_credential.str(), "fleet-key");
  EXPECT_EQ(fleet.known_hosts_file, "/etc/cowherd/known_hosts");
  EXPECT_EQ(fleet.allowed_signers_file, "/etc/cowherd/signers");
  EXPECT_EQ(fleet.webhook_secret_file, "/etc/cowherd/webhook");
}

TEST(ParseConfig, OfAConfigurationWithAnErrorNoSourceIsTaken) {
  const auto parsed = parse_config(std::string(kSources) + "---\napiVersion: config.cowherd.dev/v1alpha1\nkind: Source\n", "c");
  EXPECT_TRUE(has_errors(parsed.diagnostics));
  EXPECT_EQ(parsed.config, default_config());
}

TEST(ParseConfig, OnlyWhatIsSignedOrOfThisHostComesOverAnOpenWay) {
  const auto source = [](const std::string& git) {
    return parse_config("apiVersion: config.cowherd.dev/v1alpha1\nkind: Source\nmetadata: {name: s}\nspec: {git: {branch: main, " + git + "}}\n", "c").diagnostics;
  };
  EXPECT_THAT(source("url: 'http://127.0.0.1:3000/x', auth: {passwordFile: /t}"), IsEmpty());
  EXPECT_THAT(source("url: 'git://host/x', verify: {gpgKeyringFile: /k}"), IsEmpty());
  EXPECT_TRUE(has_errors(source("url: 'git://host/x'")));
  EXPECT_TRUE(has_errors(source("url: 'http://host/x', verify: {gpgKeyringFile: /k}, auth: {passwordFile: /t}")));
}

TEST(ParseConfig, APasswordInAUrlIsNeverShown) {
  for (const char* url : {"https://bot:hunter2@host/x", "https://hunter2@host/x", "ssh://git:hunter2@host/x", "http://a:hunter2#?@x@host/x"}) {
    const auto parsed = parse_config("apiVersion: config.cowherd.dev/v1alpha1\nkind: Source\nmetadata: {name: s}\nspec: {git: {url: '" +
                                         std::string(url) + "', branch: main}}\n",
                                     "c");
    ASSERT_EQ(parsed.diagnostics.size(), 1u) << url;
    EXPECT_EQ(parsed.diagnostics[0].code, "E234");
    EXPECT_EQ(print_diagnostic(parsed.diagnostics[0]).find("hunter2"), std::string::npos);
  }
}

TEST(ParseConfig, ManifestsAndConfigurationAreNotMixedUp) {
  EXPECT_TRUE(has_errors(parse_config(sandbox("web"), "c").diagnostics));
  EXPECT_TRUE(has_errors(parse("apiVersion: config.cowherd.dev/v1alpha1\nkind: CowherdConfiguration\n").diagnostics));
}

}  // namespace
}  // namespace cowherd::testing
