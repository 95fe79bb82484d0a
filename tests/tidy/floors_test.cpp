#include "tests/tidy/rules.hpp"
#include "tests/tidy/said.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ripcord::tidy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What `rule` says to a house in which net needs base, and in which `path` contains `text`.
std::vector<std::string> in_house(Findings (*rule)(const Repository&), const std::string& path,
                                  const std::string& text) {
  Repository repository = repository_of({file_of(path, text)});
  repository.floors = {{"base", {}}, {"window", {"base"}}, {"net", {"base"}}};
  return said(rule, repository);
}

TEST(Floors, AModuleIncludesItselfAndWhatItDeclares) {
  const std::string text = "#include \"net/a.hpp\"\n#include \"base/b.hpp\"\n#include <vector>\n";
  EXPECT_THAT(in_house(floors, "lib/net/x.cpp", text), IsEmpty());
}

TEST(Floors, AModuleIncludesNothingElse) {
  EXPECT_THAT(
      in_house(floors, "lib/net/x.cpp", "\n#include \"window/a.hpp\"\n"),
      ElementsAre("lib/net/x.cpp:2: \"window/a.hpp\": net does not declare that it needs window"));
  EXPECT_THAT(
      in_house(floors, "lib/base/x.hpp", "#include \"tests/support/a.hpp\"\n"),
      ElementsAre("lib/base/x.hpp:1: \"tests/support/a.hpp\": base does not declare that it "
                  "needs tests"));
}

TEST(Floors, AFolderOfLibIsAModule) {
  EXPECT_THAT(in_house(floors, "lib/extra/x.cpp", ""),
              ElementsAre("lib/extra/x.cpp: lib/extra is no module: no ripcord_module() names it"));
}

TEST(Floors, TestsAndDaemonsMayIncludeAll) {
  EXPECT_THAT(in_house(floors, "tests/net/x.cpp", "#include \"window/a.hpp\"\n"), IsEmpty());
  EXPECT_THAT(in_house(floors, "daemon/x.cpp", "#include \"window/a.hpp\"\n"), IsEmpty());
}

TEST(Floors, ADeclaredNeedIsUsed) {
  Repository repository = repository_of({file_of("lib/net/x.cpp", "#include \"base/a.hpp\"\n")});
  repository.floors = {{"net", {"base"}}};
  EXPECT_THAT(needless_floors(repository), IsEmpty());
  repository.floors = {{"net", {"base", "model"}}};
  const Findings found = needless_floors(repository);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(to_string(found[0]),
            "lib/net/CMakeLists.txt: declares that it needs model, of which it includes nothing");
}

TEST(Purity, RefusesHeadersOfTheWorldOutside) {
  for (const char* header : {"boost/asio.hpp", "boost/asio/awaitable.hpp", "boost/beast/http.hpp",
                             "spdlog/spdlog.h", "pqxx/pqxx", "prometheus/registry.h", "sqlite3.h",
                             "toml++/toml.h", "openssl/ssl.h", "systemd/sd-daemon.h", "thread",
                             "mutex", "atomic", "fstream", "iostream", "filesystem", "unistd.h"}) {
    const std::string text = std::string("#include <") + header + ">\n";
    EXPECT_EQ(in_house(purity, "lib/window/x.cpp", text).size(), 1U) << header;
    EXPECT_THAT(in_house(purity, "lib/net/x.cpp", text), IsEmpty()) << header;
  }
}

TEST(Purity, AllowsOrdinaryHeaders) {
  EXPECT_THAT(in_house(purity, "lib/window/x.cpp", "#include <chrono>\n#include <fmt/format.h>\n"),
              IsEmpty());
}

TEST(Purity, RefusesToReadAClock) {
  EXPECT_THAT(in_house(purity, "lib/base/x.cpp", "auto t = std::chrono::utc_clock::now();\n"),
              ElementsAre("lib/base/x.cpp:1: ::now() below the pure line: `now` is an argument"));
  EXPECT_EQ(in_house(purity, "lib/base/x.cpp", "getenv(\"HOME\");\n").size(), 1U);
  EXPECT_THAT(in_house(purity, "lib/base/x.cpp", "// never ::now()\n"), IsEmpty());
}

}  // namespace
}  // namespace ripcord::tidy
