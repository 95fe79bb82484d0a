#include "base/text.hpp"
#include "metrics/metrics.hpp"
#include "tests/metrics/exposition_text.hpp"
#include "tests/metrics/snapshots.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

// docs/metrics.md is what dashboards and alerts are written from: it has to say all, and nothing
// else.
namespace ripcord::metrics {
namespace {

/// `name | type | labels`, as a row of the tables in docs/metrics.md begins.
using Rows = std::set<std::string>;

std::string without_ticks(std::string_view cell) {
  std::string text(trim(cell));
  std::erase(text, '`');
  return text;
}

Rows documented() {
  std::ifstream file(RIPCORD_SOURCE_DIR "/docs/metrics.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Rows rows;
  for (const std::string_view line : split(text, '\n')) {
    const auto cells = split(line, '|');
    if (!line.starts_with("| `") || cells.size() < 5) continue;
    rows.insert(fmt::format("{} | {} | {}", without_ticks(cells[1]), without_ticks(cells[2]),
                            without_ticks(cells[3])));
  }
  return rows;
}

Rows exported() {
  engine::Snapshot snapshot = test::busy_snapshot();
  snapshot.services.front().probes.emplace_back().name = "database";
  Metrics metrics("1.2.3");
  metrics.probe("shop", "ready").set_peer(Peer::docker);
  metrics.probe("shop", "database").set_peer(Peer::postgres);
  const std::string text = metrics.render(snapshot, test::busy_figures());
  Rows rows;
  for (const auto& [name, family] : test::parse_exposition(text).families) {
    std::set<std::string> labels;
    for (const test::Series& series : family.series) {
      for (const auto& [label, value] : series.labels) {
        if (label != "le") labels.insert(label);
      }
    }
    rows.insert(fmt::format("{} | {} | {}", name, family.type, fmt::join(labels, ", ")));
  }
  return rows;
}

TEST(MetricsDocument, ListsExactlyWhatIsExported) {
  EXPECT_EQ(documented(), exported());
}

}  // namespace
}  // namespace ripcord::metrics
