#include "base/json.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>

namespace greenlang::json {
namespace {

TEST(Json, CanonicalFormOfRfc8785) {
  // The example of RFC 8785 section 3.2.2 and its result.
  auto value = parse(R"({"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],)"
                     R"("string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]})");
  ASSERT_TRUE(value.ok()) << value.error().message;
  EXPECT_EQ(canonical(*value),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST(Json, SortsKeysByUtf16) {
  // RFC 8785 section 3.2.3: U+1F600 (surrogates D83D DE00) sorts before U+FB33.
  auto value = parse("{\"\xEF\xAC\xB3\":1,\"\xF0\x9F\x98\x80\":2,\"1\":3,\"\\r\":4,\"\xC3\xB6\":5,\"\xE2\x82\xAC\":6}");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(canonical(*value), "{\"\\r\":4,\"1\":3,\"\xC3\xB6\":5,\"\xE2\x82\xAC\":6,\"\xF0\x9F\x98\x80\":2,\"\xEF\xAC\xB3\":1}");
}

TEST(Json, RefusesWhatOthersLetPass) {
  const std::pair<const char*, const char*> kCases[] = {{R"({"a":1,"a":2})", "twice"},
                                                        {R"({"x":{"b":1,"b":1}})", "twice"},
                                                        {"1e999", "does not fit"},
                                                        {"[1,]", "not valid"},
                                                        {"{\"a\":1} x", "after"},
                                                        {"[1", ""},
                                                        {"", ""},
                                                        {"\"\xFF\"", "not valid"},
                                                        {"nan", ""},
                                                        {"01", ""},
                                                        {"\"\\ud800\"", ""}};
  for (const auto& [text, message] : kCases) {
    auto value = parse(text);
    ASSERT_FALSE(value.ok()) << text;
    EXPECT_NE(value.error().message.find(message), std::string::npos) << value.error().message;
  }
  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += "\"k" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(parse(many + "\"z\":1}").ok());
  EXPECT_FALSE(parse(many + "\"k7\":1}").ok());
}

TEST(Json, LimitsDepthAndSize) {
  EXPECT_TRUE(parse(std::string(32, '[') + std::string(32, ']')).ok());
  EXPECT_NE(parse(std::string(33, '[') + std::string(33, ']')).error().message.find("deep"), std::string::npos);
  EXPECT_EQ(parse(std::string(2000, ' '), {.bytes = 1000}).error().code, ErrorCode::kTooLarge);
}

TEST(Json, ReadsNumbersExactly) {
  EXPECT_EQ(parse("0.1")->get_double(), 0.1);
  EXPECT_EQ(parse("123456789.123456789")->to_number<double>(), 123456789.123456789);
  EXPECT_EQ(parse("8.98846567431158e307")->get_double(), 8.98846567431158e307);
}

RC_GTEST_PROP(Json, CanonicalIsAFixedPoint, (std::string text, double number)) {
  RC_PRE(std::isfinite(number));
  Object object;
  std::string plain;
  for (char c : text) plain.push_back(static_cast<char>(c & 0x7F));
  object[plain] = number;
  object["s"] = plain;
  const std::string once = canonical(object);
  auto again = parse(once);
  RC_ASSERT(again.ok());
  RC_ASSERT(canonical(*again) == once);
}

}  // namespace
}  // namespace greenlang::json
