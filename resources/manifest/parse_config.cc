// SPDX-License-Identifier: Apache-2.0
#include "resources/manifest/parse_config.h"

#include <map>

#include "resources/manifest/config_check.h"
#include "resources/manifest/decode.h"
#include "resources/manifest/source_check.h"
#include "resources/manifest/text_check.h"

namespace cowherd {

namespace {

constexpr std::string_view kManifestsName = "manifests";

class ConfigReader {
 public:
  explicit ConfigReader(Findings& findings) : findings_(findings) {}

  Config read() {
    YamlStream stream(findings_);
    while (const auto root = stream.next()) {
      const auto decoded = decode_document(*root, types_, findings_);
      if (!decoded) continue;
      if (decoded->type == types_.front()) {
        add_settings(*root, *decoded);
      } else {
        add_source(*root, *decoded);
      }
    }
    if (findings_.errors() > 0) return default_config();
    for (auto& [name, source] : sources_) config_.sources.push_back(std::move(source));
    return std::move(config_);
  }

 private:
  void add_settings(const YamlNode& root, const DecodedDocument& decoded) {
    check_config(root, findings_);
    if (settings_) {
      findings_.add({"E301", decoded.name, "kind", "the configuration is there twice", "take one of them out"}, *settings_, "first here");
      return;
    }
    settings_ = decoded.name;
    config_ = make_config(decoded.spec);
  }

  void add_source(const YamlNode& root, const DecodedDocument& decoded) {
    SourceConfig source = make_source(decoded.metadata, decoded.spec);
    check_source(root, source, findings_);
    if (source.name.str() == kManifestsName) {
      findings_.add({"E238", decoded.name, "metadata.name", quoted(kManifestsName) + " stands for the manifest directory",
                     "give the source another name"});
    }
    const auto [first, fresh] = places_.emplace(source.name, decoded.name);
    if (!fresh) {
      findings_.add({"E301", decoded.name, "metadata.name", "Source/" + source.name.str() + " is there twice",
                     "take one of them out, or give it another name"},
                    first->second, "first here");
    }
    if (fresh && places_.size() == kMaxSources + 1) {
      findings_.add({"E239", decoded.name, "metadata.name", "there are more than " + std::to_string(kMaxSources) + " sources",
                     "put more into one repository"});
    }
    if (findings_.errors() == 0) sources_.emplace(source.name, std::move(source));
  }

  Findings& findings_;
  const std::vector<const DocumentType*> types_{&config_document(), &source_document()};
  Config config_ = default_config();
  std::optional<Place> settings_{};
  std::map<ResourceName, Place> places_{};
  std::map<ResourceName, SourceConfig> sources_{};
};

}  // namespace

ParsedConfig parse_config(std::string_view text, const std::string& file) {
  ParsedConfig parsed{default_config(), {}};
  if (text.size() > kMaxTextSize) {
    parsed.diagnostics.push_back(too_large(file, text.size()));
    return parsed;
  }
  const SourceText source(without_byte_order_mark(text), file);
  Findings findings(source);
  check_text(findings);
  if (findings.errors() == 0) parsed.config = ConfigReader(findings).read();
  parsed.diagnostics = std::move(findings).take();
  return parsed;
}

}  // namespace cowherd
