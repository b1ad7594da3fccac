// SPDX-License-Identifier: Apache-2.0
#include "resources/files/json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

namespace cowherd {

namespace {

constexpr std::size_t kDeepest = 64;

// Builds a Value from parse events; returning false stops the parser, error_ says why.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return put(Value{}); }
  bool boolean(bool value) override { return put(Value(value)); }
  bool number_integer(std::int64_t value) override { return put(Value(value)); }
  bool number_unsigned(std::uint64_t value) override {
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (value > kLargest) return put(Value(std::to_string(value)));
    return put(Value(static_cast<std::int64_t>(value)));
  }
  bool number_float(double value, const std::string& text) override {
    constexpr double kExact = 9007199254740992.0;  // 2^53: every integer below it is exact in a double
    if (std::trunc(value) == value && std::abs(value) < kExact) return put(Value(static_cast<std::int64_t>(value)));
    return put(Value(text));
  }
  bool string(std::string& value) override { return put(Value(std::move(value))); }
  bool binary(nlohmann::json::binary_t&) override { return stop("binary data"); }
  bool start_object(std::size_t) override { return open(Value::map()); }
  bool start_array(std::size_t) override { return open(Value::list()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(std::string& name) override {
    Frame& frame = stack_.back();
    if (!frame.keys.insert(name).second) return stop("the key '" + name + "' stands twice");
    frame.key = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) override {
    const std::string_view text = error.what();
    const std::size_t prefix = text.find("] ");
    return stop(std::string(prefix == std::string_view::npos ? text : text.substr(prefix + 2)));
  }

  Value take() { return std::move(root_); }
  const std::string& error() const { return error_; }

 private:
  struct Frame {
    Value value{};
    std::set<std::string> keys{};
    std::string key{};
  };

  bool stop(std::string why) {
    error_ = std::move(why);
    return false;
  }
  bool open(Value value) {
    if (stack_.size() >= kDeepest) return stop("it is nested deeper than " + std::to_string(kDeepest));
    stack_.push_back({std::move(value), {}, {}});
    return true;
  }
  bool close() {
    Value done = std::move(stack_.back().value);
    stack_.pop_back();
    return put(std::move(done));
  }
  bool put(Value value) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Frame& frame = stack_.back();
    if (frame.value.as_list() != nullptr) {
      frame.value.add(std::move(value));
    } else {
      members(frame.value).emplace_back(std::move(frame.key), std::move(value));
    }
    return true;
  }
  // Keys are known to be new, so the linear search of Value::set is left out.
  static Value::Map& members(Value& value) { return const_cast<Value::Map&>(*value.as_map()); }

  std::vector<Frame> stack_{};
  Value root_{};
  std::string error_{};
};

template <class Json>
Json to_json(const Value& value) {
  if (const bool* boolean = value.as_bool()) return *boolean;
  if (const std::int64_t* integer = value.as_integer()) return *integer;
  if (const std::string* text = value.as_string()) return *text;
  if (const Value::List* list = value.as_list()) {
    Json array = Json::array();
    for (const Value& item : *list) array.push_back(to_json<Json>(item));
    return array;
  }
  if (const Value::Map* map = value.as_map()) {
    Json object = Json::object();
    for (const Value::Member& member : *map) object[member.first] = to_json<Json>(member.second);
    return object;
  }
  return nullptr;
}

constexpr auto kReplaceBadText = nlohmann::json::error_handler_t::replace;

}  // namespace

Result<Value> parse_json(std::string_view text) {
  Builder builder;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.take();
  return fail(ErrorKind::Invalid, "read JSON: " + builder.error());
}

std::string print_json(const Value& value, JsonStyle style) {
  const auto json = to_json<nlohmann::ordered_json>(value);
  if (style == JsonStyle::Compact) return json.dump(-1, ' ', false, kReplaceBadText);
  return json.dump(2, ' ', false, kReplaceBadText) + "\n";
}

std::string print_canonical_json(const Value& value) {
  return to_json<nlohmann::json>(value).dump(-1, ' ', false, kReplaceBadText);
}

}  // namespace cowherd
