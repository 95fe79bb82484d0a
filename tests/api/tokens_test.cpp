#include "api/tokens.hpp"

#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace ripcord::api {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string hex(const Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

Tokens tokens(const std::string& text) {
  return Tokens::parse(text, "tokens").value();
}

std::string mistake(const std::string& text) {
  const Result<Tokens> read = Tokens::parse(text, "tokens");
  EXPECT_FALSE(read);
  return read ? "" : read.error().message;
}

TEST(Sha256, IsThatOfTheStandard) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(ATokensFile, TellsWhoseATokenIs) {
  const Tokens both = tokens("# who may\nci   " + hex(sha256("one")) + "\n\nops\t" +
                             hex(sha256("two")) + "  # by hand\n");
  EXPECT_EQ(both.owner_of("Bearer one"), "ci");
  EXPECT_EQ(both.owner_of("bearer  two "), "ops");
  for (const char* other : {"", "Bearer", "Bearer ", "Bearer three", "Basic one", "one",
                            "Bearer One", "Bearer one two"}) {
    EXPECT_EQ(both.owner_of(other), std::nullopt) << other;
  }
  EXPECT_EQ(both.owner_of("Bearer " + hex(sha256("one"))), std::nullopt) << "the hash is no token";
}

TEST(ATokensFile, MayBeEmpty) {
  EXPECT_TRUE(tokens("# nobody\n").empty());
  EXPECT_EQ(Tokens().owner_of("Bearer one"), std::nullopt);
}

TEST(ATokensFile, HasEveryMistakeToldWithoutWhatStandsThere) {
  const std::string hash = hex(sha256("one"));
  EXPECT_THAT(mistake("ci\nci " + hash + "\nci " + hash + "\nops secret\na/b " + hash),
              AllOf(HasSubstr("tokens:1: not a name and the SHA-256"),
                    HasSubstr("tokens:3: ci has a token already"), HasSubstr("tokens:4:"),
                    HasSubstr("tokens:5:"), Not(HasSubstr("secret")), Not(HasSubstr("tokens:2:"))));
  EXPECT_THAT(mistake("ci " + hash + "0"), HasSubstr("tokens:1:"));
  EXPECT_THAT(mistake("ci g" + hash.substr(1)), HasSubstr("tokens:1:"));
}

TEST(ATokensFile, MustBeNobodyElses) {
  const test::TempDir directory;
  const std::string file = (directory.path() / "tokens").string();
  EXPECT_EQ(Tokens::load(file).error().fault, Fault::missing);
  std::ofstream(file) << "ci " << hex(sha256("one")) << "\n";
  using std::filesystem::perms;
  std::filesystem::permissions(file, perms(0640));
  EXPECT_EQ(Tokens::load(file).value().owner_of("Bearer one"), "ci");
  for (const unsigned mode : {0644U, 0602U, 0601U}) {
    std::filesystem::permissions(file, perms(mode));
    EXPECT_EQ(Tokens::load(file).error().fault, Fault::denied) << mode;
  }
  EXPECT_EQ(Tokens::load("/dev/null").error().fault, Fault::denied);
}

}  // namespace
}  // namespace ripcord::api
