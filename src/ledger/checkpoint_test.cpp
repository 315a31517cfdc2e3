#include "ledger/checkpoint.hpp"

#include <gtest/gtest.h>

namespace greenlang::ledger {
namespace {

// The example of the specification.
constexpr const char* kText = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

TEST(Checkpoint, ReadsAndWritesTheExampleOfTheSpecification) {
  const Result<Checkpoint> checkpoint = parse_checkpoint(kText);
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint->size, 20852163u);
  EXPECT_EQ(encode(*checkpoint), kText);
}

TEST(Checkpoint, ExtensionLinesAreAllowed) { EXPECT_TRUE(parse_checkpoint(std::string(kText) + "some extension\nanother\n").ok()); }

TEST(Checkpoint, AnythingElseIsRefused) {
  const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
  const std::string kBad[] = {"",
                              "\n",
                              "a\n1\n",
                              "a\n1\n" + root,
                              "\n1\n" + root + "\n",
                              "a\n\n" + root + "\n",
                              "a\n01\n" + root + "\n",
                              "a\n-1\n" + root + "\n",
                              "a\n+1\n" + root + "\n",
                              "a\n1 \n" + root + "\n",
                              "a\n0x1\n" + root + "\n",
                              "a\n18446744073709551616\n" + root + "\n",
                              "a\n1\nCsUY\n",
                              "a\n1\n" + root + "=\n",
                              "a\n1\n" + root + "\n\n",
                              "a\n1\n" + root + "\n\nx\n",
                              "a\n1\n" + root + "\r\n"};
  for (const std::string& bad : kBad) EXPECT_FALSE(parse_checkpoint(bad).ok()) << bad;
  EXPECT_TRUE(parse_checkpoint("a\n0\n" + root + "\n").ok());
}

}  // namespace
}  // namespace greenlang::ledger
