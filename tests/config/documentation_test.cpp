#include "config/keys.hpp"
#include "tests/config/vocabulary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <string_view>

namespace ripcord::config {
namespace {

const std::string root = RIPCORD_SOURCE_DIR;

/// What stands between `from` and `to`; empty when they are not there.
std::string between(const std::string& line, std::string_view from, std::string_view to) {
  const std::size_t begin = line.find(from);
  if (begin == std::string::npos) return "";
  const std::size_t start = begin + from.size();
  const std::size_t end = line.find(to, start);
  return end == std::string::npos ? "" : line.substr(start, end - start);
}

/// `"table (type): key"` of each row under a heading that names a table.
std::set<std::string> documented() {
  std::set<std::string> keys;
  std::ifstream file(root + "/docs/configuration.md");
  std::string table;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) {
      table = between(line, line.contains("[[") ? "[[" : "[", "]");
      const std::string type = between(line, "type = \"", "\"");
      if (!type.empty()) table += " (" + type + ")";
    } else if (line.starts_with("| `") && !table.empty()) {
      keys.insert(table + ": " + between(line, "| `", "`"));
    }
  }
  return keys;
}

std::set<std::string> known() {
  std::set<std::string> keys;
  for (const KeySet* set : key_sets) {
    std::string table(set->table);
    if (!set->type.empty()) table += " (" + std::string(set->type) + ")";
    for (const std::string_view key : set->keys) {
      if (!key.empty()) keys.insert(table + ": " + std::string(key));
    }
  }
  return keys;
}

TEST(Documentation, NamesEveryKeyAndNoOther) {
  EXPECT_EQ(documented(), known());
}

TEST(SampleConfiguration, Loads) {
  const auto loaded = load(root + "/etc/ripcord.toml");
  if (!loaded) {
    EXPECT_THAT(in_words(loaded.error()), testing::IsEmpty());
    return;
  }
  ASSERT_EQ(loaded->services.size(), 1U);
  const engine::ServiceSettings& backend = loaded->services[0].engine;
  EXPECT_EQ(backend.probes.size(), 5U);
  EXPECT_EQ(backend.triggers.size(), 5U);
  EXPECT_EQ(loaded->services[0].gates.size(), 6U);
  EXPECT_EQ(backend.recipe.deploy.size(), 3U);
  EXPECT_TRUE(backend.recipe.stages.empty());  // a canary needs more than plain compose
  EXPECT_FALSE(backend.recipe.shift.has_value());
  EXPECT_EQ(backend.recipe.rollback.size(), 2U);
  EXPECT_TRUE(backend.recipe.verify.has_value());
  EXPECT_EQ(loaded->daemon, runtime::DaemonSettings());
  EXPECT_EQ(loaded->api, runtime::ApiSettings());
}

}  // namespace
}  // namespace ripcord::config
