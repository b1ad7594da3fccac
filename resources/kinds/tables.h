// SPDX-License-Identifier: Apache-2.0
// The field tables: one per kind, each in its own file. A new field is one row there plus its use.
#pragma once

#include "resources/kinds/config.h"
#include "resources/kinds/field_table.h"

namespace cowherd {

const Table<Metadata>& metadata_fields();
const Table<TemplateSpec>& template_fields();
const Table<SandboxSpec>& sandbox_fields();
const Table<SnapshotSpec>& snapshot_fields();
const Table<RetentionPolicySpec>& retention_policy_fields();
const Table<Config>& config_fields();
const Table<SourceConfig>& source_metadata_fields();
const Table<SourceConfig>& source_fields();

}  // namespace cowherd
