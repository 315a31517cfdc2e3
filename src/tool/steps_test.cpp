// The operations of a calculation, and what they write down.
#include "tool/steps.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>

#include "base/json.hpp"

namespace greenlang::tool {
namespace {

TEST(Steps, TheSameNumberWithAndWithoutThem) {
  Steps steps;
  const StepHead head{"e", "kg", "Eq. 1", "/e"};
  EXPECT_EQ(product(nullptr, head, {{"a", 1000}, {"b", 2.57082}}), 2570.82);
  EXPECT_EQ(product(&steps, head, {{"a", 1000}, {"b", 2.57082}}), 2570.82);
  EXPECT_EQ(sum(&steps, head, {{"a", 0.1}, {"b", 0.2}}), 0.3);
  EXPECT_EQ(sum(&steps, head, std::vector<Term>{{"a", 0.1}, {"b", 0.2}}), 0.3);
  EXPECT_EQ(quotient(&steps, head, {"a", 1}, {"b", 3}), 0.333333333333333);
  EXPECT_EQ(steps.all().size(), 4u);
}

TEST(Steps, SayEverything) {
  Steps steps;
  product(&steps, {"m", "kg", "Eq. C-1", "/m_kg"}, {{"amount", 2, "L", "input"}, {"EF", 1.5, "kg/L", "Table 1"}});
  EXPECT_EQ(steps.json(),
            R"([{"symbol":"m","formula":"amount * EF","value":3,"unit":"kg","article":"Eq. C-1","field":"/m_kg","operands":[)"
            R"({"symbol":"amount","value":2,"unit":"L","source":"input"},{"symbol":"EF","value":1.5,"unit":"kg/L","source":"Table 1"}]}])");
}

TEST(Steps, EmptyTextsAreLeftOut) {
  Steps steps;
  sum(&steps, {"s", ""}, {{"a", 1}});
  EXPECT_EQ(steps.json(), R"([{"symbol":"s","formula":"a","value":1,"operands":[{"symbol":"a","value":1}]}])");
  EXPECT_EQ(Steps().json(), "[]");
}

TEST(Steps, APartPrefixesItsSymbolsAndFields) {
  Steps steps;
  steps.set_part("line3:", "/lines/3");
  product(&steps, {"m", "kg", "", "/m"}, {{"a", 2}, {"b", 3}});
  steps.set_part("", "");
  sum(&steps, {"total", "kg", "", "/total"}, std::vector<Term>{{"line3:m", 6}});
  EXPECT_EQ(steps.all()[0].symbol, "line3:m");
  EXPECT_EQ(steps.all()[0].formula, "line3:a * line3:b");
  EXPECT_EQ(steps.all()[0].field, "/lines/3/m");
  EXPECT_EQ(steps.all()[1].formula, "line3:m");
  EXPECT_EQ(steps.all()[1].field, "/total");
}

TEST(Steps, AnEmptySumIsZero) {
  Steps steps;
  EXPECT_EQ(sum(&steps, {"none", "kg"}, std::vector<Term>{}), 0);
  auto parsed = json::parse(steps.json());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->at(0).at("operands").get_array().size(), 0u);
}

RC_GTEST_PROP(StepsProperty, TheirJsonReadsBackToTheSameNumbers, (double a, double b, std::string symbol)) {
  Steps steps;
  if (!std::isfinite(a)) a = 1;
  if (!std::isfinite(b) || !std::isfinite(a * b)) b = 0.5;
  symbol.insert(0, "s");
  for (char& c : symbol) c = static_cast<char>(c & 0x7f);
  const double value = product(&steps, {"p", ""}, {{symbol, a}, {"b", b}});
  auto parsed = json::parse(steps.json());
  RC_ASSERT(parsed.ok());
  const json::Value& step = parsed->at(0);
  RC_ASSERT(step.at("value").to_number<double>() == value);
  RC_ASSERT(step.at("operands").at(0).at("value").to_number<double>() == a);
  RC_ASSERT(step.at("operands").at(1).at("value").to_number<double>() == b);
}

}  // namespace
}  // namespace greenlang::tool
