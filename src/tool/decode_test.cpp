// What decoding accepts and how it says what is wrong: everything at once, each with its JSON Pointer.
#include "tool/decode.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tool/testing.hpp"

namespace greenlang::tool {
namespace {

using testing::Sample;
using testing::sample_type;

struct Decoded {
  json::Value value;  // texts of `sample` are views into it
  Sample sample;
  Errors errors;
};

std::unique_ptr<Decoded> decoded(std::string_view text) {
  auto out = std::make_unique<Decoded>();
  auto parsed = json::parse(text);
  EXPECT_TRUE(parsed.ok()) << text;
  if (parsed.ok()) out->value = std::move(*parsed);
  decode(out->value, sample_type(), &out->sample, out->errors);
  return out;
}

// "pointer: message" of the only error.
std::string only_error(std::string_view text) {
  const auto out = decoded(text);
  EXPECT_EQ(out->errors.size(), 1u) << text;
  return out->errors.empty() ? "" : out->errors[0].path + ": " + out->errors[0].message;
}

// The same for one member beside the required ones.
std::string member_error(std::string_view member) { return only_error("{\"amount\":1,\"name\":\"a\"," + std::string(member) + "}"); }

TEST(Decode, FillsEveryKind) {
  const auto out = decoded(R"({"amount":2.5,"price":-1,"count":3,"year":2025,"fresh":true,"name":"a","remark":"b","tags":["x","y"],
      "colour":"red","main_part":{"mass_kg":1,"label":"m"},"spare_part":{"mass_kg":2},"parts":[{"mass_kg":3},{"mass_kg":4,"label":"z"}]})");
  ASSERT_TRUE(out->errors.empty()) << out->errors[0].message;
  const Sample& sample = out->sample;
  EXPECT_EQ(sample.amount, 2.5);
  EXPECT_EQ(sample.price, -1);
  EXPECT_EQ(sample.count, 3);
  EXPECT_EQ(sample.year, 2025);
  EXPECT_TRUE(sample.fresh);
  EXPECT_EQ(sample.name, "a");
  EXPECT_EQ(sample.remark, "b");
  EXPECT_EQ(sample.tags, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(sample.colour, "red");
  EXPECT_EQ(sample.main_part.mass_kg, 1);
  EXPECT_EQ(sample.main_part.label, "m");
  EXPECT_EQ(sample.spare_part->mass_kg, 2);
  ASSERT_EQ(sample.parts.size(), 2u);
  EXPECT_EQ(sample.parts[1].label, "z");
}

TEST(Decode, WhatIsLeftOutStaysAsItIs) {
  const auto out = decoded(R"({"amount":0,"name":"a"})");
  ASSERT_TRUE(out->errors.empty());
  EXPECT_FALSE(out->sample.price || out->sample.year || out->sample.spare_part);
  EXPECT_TRUE(out->sample.remark.empty() && out->sample.parts.empty() && out->sample.tags.empty());
}

TEST(Decode, ReportsAllErrorsAtOnceInOrder) {
  const auto out = decoded(R"({"price":"x","year":1.5,"fresh":1,"colour":"gren","spare_part":{"label":3},
      "parts":[{"mass_kg":1},{"mass_kg":-1},7],"naem":"a"})");
  std::vector<std::string> paths;
  for (const Error& error : out->errors) {
    paths.push_back(error.path);
    EXPECT_EQ(error.code, ErrorCode::kInvalid);
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"/amount", "/price", "/year", "/fresh", "/name", "/colour", "/spare_part/mass_kg",
                                             "/spare_part/label", "/parts/1/mass_kg", "/parts/2", "/naem"}));
}

TEST(Decode, ARequiredMemberIsMissing) {
  EXPECT_EQ(only_error(R"({"amount":1})"), "/name: is required: A name.");
  EXPECT_EQ(only_error(R"({"amount":1,"name":"a","main_part":{}})"), "/main_part/mass_kg: is required: Its mass.");
}

TEST(Decode, AnUnknownMemberNamesTheClosest) {
  EXPECT_EQ(member_error(R"("ammount":1)"), "/ammount: unknown field \"ammount\"; did you mean \"amount\"?");
  EXPECT_EQ(member_error(R"("parts":[{"mass_kg":1,"labell":"a"}])"), "/parts/0/labell: unknown field \"labell\"; did you mean \"label\"?");
  const std::string far = member_error(R"("zzzzzzzzzz":1)");
  EXPECT_NE(far.find("; known: amount, price, count"), std::string::npos) << far;
}

TEST(Decode, PointersEscapeTheirMarks) { EXPECT_EQ(member_error(R"("a/b~c":1)").substr(0, 9), "/a~1b~0c:"); }

TEST(Decode, ALongUnknownNameIsCutAndNeverHalfACharacter) {
  std::string name(59, 'q');
  name += "\xC3\xA9\xC3\xA9";
  const auto out = decoded("{\"amount\":1,\"name\":\"a\",\"" + name + "\":1}");
  ASSERT_EQ(out->errors.size(), 1u);
  EXPECT_TRUE(is_utf8(out->errors[0].message));
}

TEST(Decode, WrongKindsSayWhatIsWantedAndWhatCame) {
  EXPECT_EQ(member_error(R"("price":"1")"), "/price: must be a number; it is a string");
  EXPECT_EQ(member_error(R"("price":null)"), "/price: must be a number; it is null");
  EXPECT_EQ(member_error(R"("year":true)"), "/year: must be a number; it is a boolean");
  EXPECT_EQ(member_error(R"("fresh":"true")"), "/fresh: must be a boolean; it is a string");
  EXPECT_EQ(member_error(R"("remark":5)"), "/remark: must be a string; it is a number");
  EXPECT_EQ(member_error(R"("tags":"x")"), "/tags: must be an array; it is a string");
  EXPECT_EQ(member_error(R"("tags":["x",[]])"), "/tags/1: must be a string; it is an array");
  EXPECT_EQ(member_error(R"("parts":{})"), "/parts: must be an array; it is an object");
  EXPECT_EQ(member_error(R"("spare_part":[])"), "/spare_part: must be an object; it is an array");
  EXPECT_EQ(only_error("[]"), ": must be an object; it is an array");
}

TEST(Decode, LimitsOfNumbers) {
  EXPECT_EQ(only_error(R"({"amount":-0.5,"name":"a"})"), "/amount: must be at least 0; it is -0.5");
  EXPECT_EQ(only_error(R"({"amount":1000000.5,"name":"a"})"), "/amount: must be at most 1000000; it is 1000000.5");
  EXPECT_EQ(member_error(R"("year":1989)"), "/year: must be at least 1990; it is 1989");
  EXPECT_EQ(member_error(R"("year":2101)"), "/year: must be at most 2100; it is 2101");
  EXPECT_EQ(member_error(R"("year":2025.5)"), "/year: must be a whole number; it is 2025.5");
  EXPECT_EQ(member_error(R"("count":1e10)"), "/count: must be a whole number; it is 10000000000");
  EXPECT_TRUE(decoded(R"({"amount":1e6,"name":"a","year":2100,"price":-5})")->errors.empty());
  EXPECT_TRUE(decoded(R"({"amount":0,"name":"a","year":2025.0,"count":-7})")->errors.empty());
}

TEST(Decode, LimitsOfTextsAndLists) {
  EXPECT_EQ(only_error(R"({"amount":1,"name":"aaaaaaaaaaaaaaaaaaaaa"})"), "/name: must have at most 20 bytes; it has 21");
  EXPECT_EQ(only_error(R"({"amount":1,"name":""})"), "/name: must not be empty; leave it out instead");
  EXPECT_EQ(member_error(R"("tags":["a","b","c","d"])"), "/tags: must have at most 3 items; it has 4");
  EXPECT_EQ(member_error(R"("parts":[1,2,3,4,5])"), "/parts: must have at most 4 items; it has 5");
  EXPECT_TRUE(decoded(R"({"amount":1,"name":"aaaaaaaaaaaaaaaaaaaa","tags":["a","b","c"]})")->errors.empty());
}

TEST(Decode, AnEnumNamesTheClosestOrAll) {
  EXPECT_EQ(member_error(R"("colour":"gren")"), "/colour: unknown value \"gren\"; did you mean \"green\"?");
  EXPECT_EQ(member_error(R"("colour":"mauve")"), "/colour: unknown value \"mauve\"; known: red, green or blue");
  EXPECT_EQ(member_error(R"("colour":"Red")"), "/colour: unknown value \"Red\"; did you mean \"red\"?");
}

TEST(Decode, DuplicateMembersAreErrorsOfTheText) {
  EXPECT_FALSE(json::parse(R"({"amount":1,"amount":2})").ok());
  EXPECT_FALSE(json::parse(R"({"amount":1,"parts":[{"mass_kg":1,"mass_kg":2}]})").ok());
  EXPECT_FALSE(json::parse("{\"amount\":1,\"am\\u006funt\":2}").ok());
}

TEST(Decode, AtMostAHundredErrors) {
  std::string text = R"({"amount":1,"name":"a")";
  for (int i = 0; i < 500; ++i) text += ",\"x" + std::to_string(i) + "\":1";
  EXPECT_EQ(decoded(text + "}")->errors.size(), kMostErrors);
}

TEST(DecodeCell, TakesWhatJsonTakes) {
  Sample sample;
  Errors errors;
  const auto set = [&](std::string_view name, std::string_view cell) {
    return decode_cell(*sample_type().find(name), cell, &sample, errors);
  };
  EXPECT_TRUE(set("amount", "2.5") && set("price", "-1e0") && set("count", "3") && set("year", "2025") && set("fresh", "true"));
  EXPECT_TRUE(set("name", "a") && set("remark", "b") && set("colour", "blue"));
  EXPECT_TRUE(errors.empty());
  EXPECT_EQ(sample.amount, 2.5);
  EXPECT_EQ(sample.price, -1);
  EXPECT_EQ(sample.year, 2025);
  EXPECT_TRUE(sample.fresh);
  EXPECT_EQ(sample.colour, "blue");
  EXPECT_TRUE(set("amount", ""));  // not given: stays
  EXPECT_EQ(sample.amount, 2.5);
}

TEST(DecodeCell, RefusesWhatIsNotPlainNumbers) {
  for (std::string_view cell :
       {"nan", "NaN", "inf", "-inf", "Infinity", "0x10", "1,5", "1 000", " 1", "1 ", "1e999", "--1", "1e", ".", "\xFF"}) {
    Sample sample;
    Errors errors;
    EXPECT_FALSE(decode_cell(*sample_type().find("price"), cell, &sample, errors)) << cell;
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].path, "/price");
    EXPECT_TRUE(is_utf8(errors[0].message));
    EXPECT_FALSE(sample.price);
  }
}

TEST(DecodeCell, RefusesWhatBreaksARule) {
  const auto error = [](std::string_view name, std::string_view cell) {
    Sample sample;
    Errors errors;
    EXPECT_FALSE(decode_cell(*sample_type().find(name), cell, &sample, errors)) << cell;
    return errors.empty() ? "" : errors[0].message;
  };
  EXPECT_EQ(error("amount", "-1"), "must be at least 0; it is -1");
  EXPECT_EQ(error("amount", "1000001"), "must be at most 1000000; it is 1000001");
  EXPECT_EQ(error("year", "2025.5"), "must be a whole number; it is 2025.5");
  EXPECT_EQ(error("fresh", "TRUE"), "must be true or false");
  EXPECT_EQ(error("colour", "gren"), "unknown value \"gren\"; did you mean \"green\"?");
  EXPECT_EQ(error("name", "aaaaaaaaaaaaaaaaaaaaa"), "must have at most 20 bytes; it has 21");
  EXPECT_EQ(error("price", "cheap"), "must be a number such as 1234.5; it is \"cheap\"");
}

}  // namespace
}  // namespace greenlang::tool
