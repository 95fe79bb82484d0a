#include "tests/config/vocabulary.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace ripcord::config {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class Load : public testing::Test {
 protected:
  [[nodiscard]] fs::path main_file() const { return directory_.path() / "ripcord.toml"; }
  [[nodiscard]] fs::path drop_in(const std::string& name) const {
    return directory_.path() / "conf.d" / name;
  }
  /// The mistakes, with paths below the test's directory.
  [[nodiscard]] std::vector<std::string> mistakes() const {
    const auto loaded = load(main_file());
    if (loaded) return {};
    std::vector<std::string> words = in_words(loaded.error());
    for (std::string& word : words) {
      const std::string prefix = directory_.path().string() + "/";
      for (std::size_t at = word.find(prefix); at != word.npos; at = word.find(prefix)) {
        word.erase(at, prefix.size());
      }
    }
    return words;
  }

 private:
  test::TempDir directory_;
};

TEST_F(Load, KeepsTheFilesAsTheyWereRead) {
  write(main_file(), "[service.a]\r\n# ende");
  write(drop_in("x.toml"), "[service.b]\n");
  const auto loaded = load(main_file());
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->files.size(), 2U);
  EXPECT_EQ(loaded->files[0].name, "ripcord.toml");
  EXPECT_EQ(loaded->files[0].path, main_file());
  EXPECT_EQ(loaded->files[0].text, "[service.a]\r\n# ende");
  EXPECT_EQ(loaded->files[1].name, "conf.d/x.toml");
  EXPECT_EQ(loaded->services.size(), 2U);
}

TEST_F(Load, CallsTheMainFileRipcordTomlWhateverItsNameIs) {
  write(main_file().parent_path() / "other.toml", "");
  const auto loaded = load(main_file().parent_path() / "other.toml");
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->files[0].name, "ripcord.toml");
}

TEST_F(Load, JoinsDropInsInOrderOfName) {
  write(main_file(), "[service.a]\nbake = '1h'\n");
  write(drop_in("20.toml"), "[service.a]\nbake = '2h'\n");
  write(drop_in("10.toml"), "[service.a]\nsettle = '1s'\n[service.b]\nbake = '2h'\n");
  EXPECT_THAT(mistakes(), ElementsAre("conf.d/10.toml:3:1: service.b.deadline: 2h is shorter than "
                                      "settle (10s) and bake (2h) together",
                                      "conf.d/20.toml:2:1: service.a.bake: is set already at "
                                      "ripcord.toml:2:1"));
}

TEST_F(Load, IgnoresWhatIsNoDropIn) {
  write(main_file(), "");
  write(drop_in(".hidden.toml"), "x");
  write(drop_in("a.toml.dpkg-old"), "x");
  write(drop_in("sub/a.toml"), "x");
  EXPECT_THAT(mistakes(), IsEmpty());
}

TEST_F(Load, SaysThatTheMainFileIsMissing) {
  EXPECT_THAT(mistakes(), ElementsAre("ripcord.toml: cannot read it: No such file or directory"));
}

TEST_F(Load, SaysThatAFileIsADirectory) {
  fs::create_directory(main_file());
  EXPECT_THAT(mistakes(), ElementsAre("ripcord.toml: is a directory"));
}

TEST_F(Load, DoesNotWaitForAFifo) {
  ASSERT_EQ(::mkfifo(main_file().c_str(), S_IRUSR | S_IWUSR), 0);
  EXPECT_THAT(mistakes(), ElementsAre("ripcord.toml: is not a regular file"));
}

TEST_F(Load, RefusesAFileThatIsTooLarge) {
  write(main_file(), "");
  fs::resize_file(main_file(), 100UL * 1024 * 1024);
  EXPECT_THAT(mistakes(), ElementsAre("ripcord.toml: is larger than 16384 KiB"));
  write(main_file(), "#" + std::string(16UL * 1024 * 1024 - 1, 'x'));
  EXPECT_THAT(mistakes(), IsEmpty());
}

TEST_F(Load, RefusesBinaryGarbage) {
  write(main_file(), std::string("\x7f"
                                 "ELF\x02\x01\x00\x00",
                                 8));
  EXPECT_THAT(mistakes(),
              ElementsAre(testing::StartsWith("ripcord.toml:1:1: Error while parsing")));
}

TEST_F(Load, ReportsWhatIsWrongWithDropInsBesideTheRest) {
  write(main_file(), "x = 1\n");
  fs::create_directories(drop_in("a.toml"));
  fs::create_symlink("/nowhere/at/all", drop_in("b.toml"));
  EXPECT_THAT(mistakes(),
              ElementsAre("ripcord.toml:1:1: x: unknown key", "conf.d/a.toml: is a directory",
                          "conf.d/b.toml: cannot read it: No such file or directory"));
}

TEST_F(Load, RefusesAConfDThatIsNoDirectory) {
  write(main_file(), "");
  write(main_file().parent_path() / "conf.d", "");
  EXPECT_THAT(mistakes(), ElementsAre("conf.d: cannot read it: Not a directory"));
}

TEST_F(Load, ReportsEveryMistakeAtOnceInOrderOfPlace) {
  write(main_file(), R"([daemon]
state_dir = "relative"
[service.b]
bake = "soon"
deadline = 5
[service.a.probe.p]
type = "http"
url = "http://h"
interval = "1ms"
[service.a.trigger.t]
type = "latency"
probe = "x"
[[service.a.rollback.step]]
run = []
)");
  EXPECT_THAT(
      mistakes(),
      ElementsAre(
          "ripcord.toml:2:13: daemon.state_dir: \"relative\" is not an absolute path",
          "ripcord.toml:4:8: service.b.bake: \"soon\" is not a duration (a number is "
          "expected); write \"5s\", \"1m30s\" or \"250ms\"",
          "ripcord.toml:5:12: service.b.deadline: expected a duration such as \"5s\", found "
          "a whole number",
          "ripcord.toml:9:12: service.a.probe.p.interval: 1ms is outside [100ms, 1d]",
          "ripcord.toml:12:9: service.a.trigger.t.probe: there is no probe \"x\"; did you "
          "mean \"p\"?",
          "ripcord.toml:14:7: service.a.rollback.step[1].run: is empty; write "
          "[\"/path/of/program\", \"argument\"]"));
}

TEST(Fingerprint, IsTheBeginningOfSha256OverFramedNamesAndBytes) {
  // printf '\x0c\0\0\0\0\0\0\0ripcord.toml\x04\0\0\0\0\0\0\0# x\n' | sha256sum
  EXPECT_EQ(good("# x\n").fingerprint, "6ccc3b53cca39c7b");
}

TEST(Fingerprint, DependsOnEveryNameAndByteAndTheirBorders) {
  const auto of = [](const std::string& name, const std::string& text) {
    return fingerprint_of({{"ripcord.toml", "", "x"}, {name, "", text}});
  };
  EXPECT_EQ(of("conf.d/a.toml", "y"), of("conf.d/a.toml", "y"));
  EXPECT_NE(of("conf.d/a.toml", "y"), of("conf.d/a.toml", "z"));
  EXPECT_NE(of("conf.d/a.toml", "y"), of("conf.d/b.toml", "y"));
  EXPECT_NE(of("ab", "c"), of("a", "bc"));
  EXPECT_EQ(of("a", "b").size(), 16U);
}

TEST(Fingerprint, DoesNotDependOnWhereTheFilesAre) {
  EXPECT_EQ(fingerprint_of({{"ripcord.toml", "/a", "x"}}),
            fingerprint_of({{"ripcord.toml", "/b", "x"}}));
}

}  // namespace
}  // namespace ripcord::config
