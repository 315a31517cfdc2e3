#include "base/decimal.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdio>
#include <cstdlib>

namespace greenlang {
namespace {

// The oracle: printf rounds the exact binary value correctly to 15 digits; strtod reads it back.
double by_printf(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.14e", value);
  return std::strtod(text, nullptr);
}

TEST(Decimal, CutsTheArtefactsOfBinary) {
  EXPECT_EQ(round_15(1000 * 2.57082), 2570.82);
  EXPECT_EQ(round_15(0.1 + 0.2), 0.3);
  EXPECT_EQ(round_15(-1.1 * 3), -3.3);
  EXPECT_EQ(round_15(0), 0);
  EXPECT_EQ(round_15(1e300), 1e300);
  EXPECT_EQ(round_15(1e-9), 1e-9);
  EXPECT_EQ(round_15(999999999999999), 999999999999999);
  EXPECT_EQ(round_15(0.99999999999999999), 1);
}

RC_GTEST_PROP(Decimal, AgreesWithPrintfOrIsOneStepOff, ()) {
  const int exponent = *rc::gen::inRange(-6, 14);
  const double mantissa = *rc::gen::inRange(1, 1 << 30) / 1073741824.0 * 9 + 1;
  const double value = mantissa * std::pow(10, exponent) * (1 + *rc::gen::inRange(0, 1000) * 2.3e-16);
  const double ours = round_15(value);
  const double theirs = by_printf(value);
  // Scaling rounds once, so a value within its error of a half may go the other way.
  RC_ASSERT(std::abs(ours - theirs) <= std::abs(theirs) * 1.1e-14);
  RC_ASSERT(round_15(ours) == ours);
}

TEST(Decimal, KeepsEveryShortDecimal) {
  for (int i = 1; i < 200000; i += 7) {
    const double value = i / 1000.0;
    ASSERT_EQ(round_15(value), value);
    ASSERT_EQ(round_15(i * 1000.0), i * 1000.0);
    ASSERT_EQ(round_15(i / 1e9), i / 1e9);
  }
}

}  // namespace
}  // namespace greenlang
