#include "base/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace greenlang {
namespace {

TEST(Text, NumbersPrintAsEcmaScriptDoes) {
  // Vectors of RFC 8785 appendix B, with its IEEE 754 bit patterns.
  const std::pair<std::uint64_t, const char*> kVectors[] = {{0x0000000000000000, "0"},
                                                            {0x8000000000000000, "0"},
                                                            {0x0000000000000001, "5e-324"},
                                                            {0x8000000000000001, "-5e-324"},
                                                            {0x7fefffffffffffff, "1.7976931348623157e+308"},
                                                            {0xffefffffffffffff, "-1.7976931348623157e+308"},
                                                            {0x4340000000000000, "9007199254740992"},
                                                            {0xc340000000000000, "-9007199254740992"},
                                                            {0x4430000000000000, "295147905179352830000"},
                                                            {0x44b52d02c7e14af5, "9.999999999999997e+22"},
                                                            {0x44b52d02c7e14af6, "1e+23"},
                                                            {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
                                                            {0x444b1ae4d6e2ef4e, "999999999999999700000"},
                                                            {0x444b1ae4d6e2ef4f, "999999999999999900000"},
                                                            {0x444b1ae4d6e2ef50, "1e+21"},
                                                            {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
                                                            {0x3eb0c6f7a0b5ed8d, "0.000001"},
                                                            {0x41b3de4355555553, "333333333.3333332"},
                                                            {0x41b3de4355555554, "333333333.33333325"},
                                                            {0x41b3de4355555555, "333333333.3333333"},
                                                            {0x41b3de4355555556, "333333333.3333334"},
                                                            {0x41b3de4355555557, "333333333.33333343"},
                                                            {0xbecbf647612f3696, "-0.0000033333333333333333"},
                                                            {0x43143ff3c1cb0959, "1424953923781206.2"}};
  for (const auto& [bits, text] : kVectors) {
    double value;
    std::memcpy(&value, &bits, 8);
    EXPECT_EQ(number_text(value), text);
  }
}

RC_GTEST_PROP(Text, NumbersPrintAsTheShortestThatReadsBack, ()) {
  const auto mantissa = *rc::gen::inRange<std::int64_t>(1, 999'999'999'999'999);
  const int exponent = *rc::gen::inRange(0, 21);
  const double value = static_cast<double>(mantissa) / std::pow(10, exponent) * (*rc::gen::element(1.0, -1.0, 1 + 2.3e-16));
  RC_PRE(std::abs(value) >= 1e-6);
  char text[64];
  const std::string shortest(text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr);
  RC_ASSERT(number_text(value) == shortest);
}

TEST(Text, ParseNumberRefusesWhatIsNotPlainDecimal) {
  EXPECT_EQ(parse_number("1.5"), 1.5);
  EXPECT_EQ(parse_number("+1e3"), 1000);
  EXPECT_EQ(parse_number("-0"), 0);
  for (const char* bad : {"", " 1", "1 ", "nan", "inf", "-inf", "0x10", "1,5", "1e999", "--1", "+-1", "1.5kg", "."}) {
    EXPECT_FALSE(parse_number(bad)) << bad;
  }
}

TEST(Text, FoldNameIgnoresCasePunctuationAndDiacritics) {
  EXPECT_EQ(fold_name("Heating  Oil, No.2"), "heating oil no 2");
  EXPECT_EQ(fold_name("natural_gas"), "natural gas");
  EXPECT_EQ(fold_name("  Heiz\xC3\xB6l "), "heizol");
  EXPECT_EQ(fold_name("m\xC2\xB3"), "m");
  EXPECT_EQ(fold_name(""), "");
}

TEST(Text, ClosestNamesTheNearestOrNothing) {
  const std::string_view kNames[] = {"natural_gas", "diesel", "petrol"};
  EXPECT_EQ(closest("natrual gas", kNames), "natural_gas");
  EXPECT_EQ(closest("Diesell", kNames), "diesel");
  EXPECT_EQ(closest("uranium", kNames), "");
}

TEST(Text, Base64RoundTripsAndRefusesNonCanonicalText) {
  const std::string_view kPlain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
  const std::string_view kCoded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};  // RFC 4648
  for (std::size_t i = 0; i < 7; ++i) {
    const std::vector<std::uint8_t> bytes(kPlain[i].begin(), kPlain[i].end());
    EXPECT_EQ(to_base64(bytes), kCoded[i]);
    EXPECT_EQ(from_base64(kCoded[i]), bytes);
  }
  for (const char* bad : {"Zg=", "Zh==", "Z===", "Zm9=", "Zg==Zg==", "Z g="}) EXPECT_FALSE(from_base64(bad)) << bad;
}

TEST(Text, Utf8) {
  EXPECT_TRUE(is_utf8("plain, long enough for the fast path \xE2\x82\xAC \xF0\x9F\x8C\xB1"));
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\x80", "\xFF\xFE"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Text, EditDistanceAgreesWithThePlainRecursion) {
  const auto plain = [](auto&& self, std::string_view a, std::string_view b) -> std::size_t {
    if (a.empty() || b.empty()) return a.size() + b.size();
    return std::min(
        {self(self, a.substr(1), b) + 1, self(self, a, b.substr(1)) + 1, self(self, a.substr(1), b.substr(1)) + (a[0] == b[0] ? 0 : 1)});
  };
  const std::string_view kWords[] = {"", "a", "ab", "ba", "abc", "acb", "abcd", "dcba", "aabb", "cabd"};
  for (auto a : kWords) {
    for (auto b : kWords) EXPECT_EQ(edit_distance(a, b, 10), plain(plain, a, b)) << a << " " << b;
  }
}

}  // namespace
}  // namespace greenlang
