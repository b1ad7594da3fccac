// SPDX-License-Identifier: Apache-2.0
#include "resources/files/json.h"
#include "resources/files/publish.h"
#include "resources/store/field_reader.h"
#include "resources/store/reason_check.h"
#include "resources/store/source_state.h"

namespace cowherd {

namespace {

constexpr Bytes kLimit = 8_KiB;
constexpr const char* kPinFile = "pin.json";

Result<SourcePin> parse_pin(const std::string& text) {
  const Result<Value> value = parse_json(text);
  if (!value) return fail(ErrorKind::Corrupt, value.error().message);
  FieldReader fields(*value);
  SourcePin pin{fields.made<CommitId>("commit"), fields.text("reason"), fields.moment("since")};
  COWHERD_TRY(fields.done());
  return pin;
}

}  // namespace

Result<SourcePin> read_pin(FileSystem& files, const Layout& layout, const ResourceName& source) {
  const std::string path = layout.source_dir(source) + "/" + kPinFile;
  COWHERD_ASSIGN(const std::string text, files.read(path, kLimit));
  return parse_pin(text).in("reading '" + path + "'");
}

Status pin_source(FileSystem& files, const Layout& layout, const ResourceName& source, const SourcePin& pin) {
  const std::string doing = "pin source '" + source.str() + "'";
  COWHERD_TRY(check_reason(pin.reason).in(doing));
  Value value = Value::map();
  value.set("commit", pin.id.str()).set("reason", pin.reason).set("since", print_moment(pin.since));
  COWHERD_TRY(make_directories(files, layout.source_dir(source)).in(doing));
  return publish_file(files, layout.source_dir(source), kPinFile, print_json(value, JsonStyle::Pretty)).in(doing);
}

Status unpin_source(FileSystem& files, const Layout& layout, const ResourceName& source) {
  const Status removed = files.remove(layout.source_dir(source) + "/" + kPinFile);
  if (!removed && removed.error().kind == ErrorKind::NotFound) return removed;
  const Status synced = files.sync(layout.source_dir(source));
  if (!removed) return removed;
  return synced;
}

}  // namespace cowherd
