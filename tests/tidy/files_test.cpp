#include "tests/tidy/rules.hpp"
#include "tests/tidy/said.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace ripcord::tidy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What `rule` says to a repository of these files (path, text), whose modules are base and net.
std::vector<std::string> in_tree(Findings (*rule)(const Repository&),
                                 const std::vector<std::pair<std::string, std::string>>& files) {
  std::vector<File> read;
  for (const auto& [path, text] : files) read.push_back(file_of(path, text));
  Repository repository = repository_of(std::move(read));
  repository.floors = {{"base", {}}, {"net", {"base"}}};
  return said(rule, repository);
}

TEST(DeadSources, AreThoseThatNoListNames) {
  EXPECT_THAT(
      in_tree(dead_sources, {{"lib/net/CMakeLists.txt", "ripcord_module(net SOURCES a.cpp)\n"},
                             {"lib/net/a.cpp", ""}}),
      IsEmpty());
  EXPECT_THAT(
      in_tree(dead_sources, {{"lib/net/CMakeLists.txt", "ripcord_module(net SOURCES aa.cpp)\n"},
                             {"lib/net/a.cpp", ""}}),
      ElementsAre("lib/net/a.cpp: no CMakeLists.txt names it"));
}

TEST(DeadSources, MayBeNamedFromAnotherFolder) {
  for (const char* name : {"../net/a.cpp", "${CMAKE_SOURCE_DIR}/lib/net/a.cpp"}) {
    EXPECT_THAT(in_tree(dead_sources, {{"lib/api/CMakeLists.txt", name}, {"lib/net/a.cpp", ""}}),
                IsEmpty());
  }
  EXPECT_THAT(in_tree(dead_sources, {{"lib/CMakeLists.txt", "net/a.cpp"}, {"lib/net/a.cpp", ""}}),
              IsEmpty());
  EXPECT_EQ(
      in_tree(dead_sources, {{"lib/base/CMakeLists.txt", "a.cpp"}, {"lib/net/a.cpp", ""}}).size(),
      1U);
}

TEST(DeadHeaders, AreThoseThatNobodyIncludes) {
  EXPECT_THAT(
      in_tree(dead_headers, {{"lib/net/a.hpp", ""}, {"lib/net/a.cpp", "#include \"net/a.hpp\"\n"}}),
      IsEmpty());
  EXPECT_THAT(
      in_tree(dead_headers, {{"tests/net/a.hpp", ""}, {"tests/net/a.cpp", "#include \"a.hpp\"\n"}}),
      IsEmpty());
  EXPECT_THAT(
      in_tree(dead_headers, {{"lib/net/a.hpp", ""}, {"lib/net/b.cpp", "#include \"net/b.hpp\"\n"}}),
      ElementsAre("lib/net/a.hpp: nobody includes it"));
}

TEST(DeadHeaders, DoNotLiveOffThemselves) {
  EXPECT_EQ(in_tree(dead_headers, {{"lib/net/a.hpp", "#include \"net/a.hpp\"\n"}}).size(), 1U);
}

std::vector<std::string> docs(const std::string& text) {
  return in_tree(
      paths_in_docs,
      {{"docs/x.md", text}, {"lib/net/a.hpp", ""}, {"lib/net/a.cpp", ""}, {"README.md", ""}});
}

TEST(PathsInDocs, Exist) {
  EXPECT_THAT(docs("See `lib/net/a.hpp`, `lib/net/`, `lib/net` and `net/a.{hpp,cpp}`.\n"),
              IsEmpty());
  EXPECT_THAT(docs("See `lib/net/b.hpp`.\n"),
              ElementsAre("docs/x.md:1: there is no lib/net/b.hpp"));
  EXPECT_THAT(docs("See `a` and\n`net/a.{hpp,txt}`.\n"),
              ElementsAre("docs/x.md:2: there is no net/a.txt"));
  EXPECT_EQ(docs("See `tests/gone/` and `net/b.hpp`.\n").size(), 2U);
}

TEST(PathsInDocs, OtherTextInBackTicksIsLeftAlone) {
  EXPECT_THAT(
      docs("`/etc/ripcord/x`, `api/v1`, `lib/*.cpp`, `lib/net x`, `text/plain`, `build/dev`\n"),
      IsEmpty());
}

TEST(PathsInDocs, LinksLeadSomewhere) {
  EXPECT_THAT(docs("[a](../README.md), [b](x.md#part), [c](https://example.org/x)\n"), IsEmpty());
  EXPECT_THAT(docs("[a](y.md)\n"),
              ElementsAre("docs/x.md:1: links to docs/y.md, which is not there"));
}

TEST(PathsInDocs, AreCheckedInTheReadmeToo) {
  EXPECT_EQ(
      in_tree(paths_in_docs, {{"README.md", "`lib/gone.cpp` and [x](docs/gone.md)\n"}}).size(), 2U);
}

}  // namespace
}  // namespace ripcord::tidy
