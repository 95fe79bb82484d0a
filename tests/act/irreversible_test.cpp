#include "act/irreversible.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace ripcord::act {
namespace {

/// What is heard of `text` when it comes in pieces of so many bytes.
std::string heard(std::string_view text, std::size_t piece = 1000) {
  IrreversibleListener listener;
  for (std::size_t i = 0; i < text.size(); i += piece) listener.hear(text.substr(i, piece));
  return listener.reason();
}

TEST(IrreversibleListener, HearsTheLineInPiecesOfAnySize) {
  const std::string text =
      "applying 0007\nripcord: irreversible: column email is dropped\nripcord: done\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    EXPECT_EQ(heard(text, piece), "column email is dropped") << piece;
  }
}

TEST(IrreversibleListener, HearsNothingElse) {
  for (const char* text : {"", "\n", "ripcord: irreversible", "ripcord: irreversibl\ne: x\n",
                           " ripcord: irreversible: x\n", "echo ripcord: irreversible: x\n",
                           "RIPCORD: IRREVERSIBLE: x\n", "ripcord: reversible: x\n"}) {
    EXPECT_EQ(heard(text), "") << text;
    EXPECT_EQ(heard(text, 1), "") << text;
  }
}

TEST(IrreversibleListener, TakesTheFirstReason) {
  EXPECT_EQ(heard("ripcord: irreversible: a\nripcord: irreversible: b\n"), "a");
  EXPECT_EQ(heard("x\nripcord: irreversible: a", 3), "a") << "the last line needs no end";
  EXPECT_EQ(heard("ripcord: irreversible: \t a \r\n"), "a");
  EXPECT_EQ(heard("ripcord: irreversible:\n"), "it gives no reason");
}

TEST(IrreversibleListener, KeepsALongReasonWithinBounds) {
  const std::string reason = heard("ripcord: irreversible: " + std::string(1'000'000, 'x') + "\n");
  EXPECT_TRUE(reason.starts_with("xxx"));
  EXPECT_LE(reason.size(), IrreversibleListener::reason_bytes_max);
}

}  // namespace
}  // namespace ripcord::act
