// A session: JSON and rows of CSV ask the same question and get the same answer.
#include "tool/tool.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "tool/testing.hpp"

namespace greenlang::tool {
namespace {

using testing::sample_agent;
using testing::sample_type;

std::string answer_of(const void* output) {
  std::string out;
  append_json(out, sample_type(), output, Absent::kNull);
  return out;
}

TEST(Tool, AnswersWithCanonicalInputAndOutput) {
  const Agent agent = sample_agent();
  const auto session = agent.tools[0].open();
  auto input = json::parse(R"({ "name" : "a", "amount" : 1.50 })");
  Answer answer;
  ASSERT_TRUE(session->call(*input, false, answer).empty());
  EXPECT_EQ(answer.input, R"({"amount":1.5,"count":0,"fresh":false,"main_part":{"mass_kg":0},"name":"a"})");
  EXPECT_NE(answer.output.find(R"("amount":3,)"), std::string::npos);
  EXPECT_EQ(answer.steps, "");
  ASSERT_TRUE(session->call(*input, true, answer).empty());
  EXPECT_NE(answer.steps.find(R"("formula":"amount * two")"), std::string::npos);
  ASSERT_TRUE(session->call(*input, false, answer).empty());
  EXPECT_EQ(answer.steps, "");  // not those of the call before
}

TEST(Tool, ErrorsOfTheCalculationComeBack) {
  const Agent agent = sample_agent();
  const auto session = agent.tools[0].open();
  auto input = json::parse(R"({"amount":1,"name":"refused"})");
  Answer answer;
  const Errors errors = session->call(*input, false, answer);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].path, "/name");
}

TEST(Tool, RequiredCellsMustNotBeEmpty) {
  const Agent agent = sample_agent();
  const auto session = agent.tools[0].open();
  const Field* fields[] = {sample_type().find("amount"), sample_type().find("name"), sample_type().find("year")};
  const std::string_view cells[] = {"", "", "no"};
  const Errors errors = session->call_row(fields, cells);
  ASSERT_EQ(errors.size(), 3u);
  std::set<std::string> paths;
  for (const Error& error : errors) paths.insert(error.path);
  EXPECT_EQ(paths, (std::set<std::string>{"/amount", "/name", "/year"}));
}

TEST(Tool, TakesRowsUnlessARequiredFieldIsNested) {
  EXPECT_TRUE(sample_agent().tools[0].takes_rows());
  struct Nested {
    testing::Part part;
  };
  static const ObjectType kNested{"Nested", "Nested.", [] {
                                    std::vector<Field> out;
                                    out.push_back(field<&Nested::part>("part", "The part.").required().of(testing::part_type()));
                                    return out;
                                  }()};
  Tool tool = sample_agent().tools[0];
  tool.input = &kNested;
  EXPECT_FALSE(tool.takes_rows());
}

TEST(Tool, IsFoundByItsName) {
  const Agent agent = sample_agent();
  EXPECT_EQ(agent.find("double_amount"), &agent.tools[0]);
  EXPECT_EQ(agent.find("double"), nullptr);
}

// The same cells as a row and as JSON: both refuse or both give the same bytes.
RC_GTEST_PROP(ToolProperty, CsvAndJsonAgree, ()) {
  static const std::vector<std::string> kNumbers = {"",   "0",       "1",       "-0",   "2.5",    "1e3",
                                                    "-7", "1000000", "1000001", "2025", "2025.0", "1e400"};
  static const std::vector<std::string> kNames = {"", "a", "refused", "caf\xC3\xA9", "aaaaaaaaaaaaaaaaaaaaaaaa", "x,y", "q\"q"};
  static const std::vector<std::string> kColourCells = {"", "red", "RED", "blue"};
  const std::vector<std::pair<std::string, std::string>> cells = {
      {"amount", *rc::gen::elementOf(kNumbers)}, {"price", *rc::gen::elementOf(kNumbers)}, {"year", *rc::gen::elementOf(kNumbers)},
      {"name", *rc::gen::elementOf(kNames)},     {"remark", *rc::gen::elementOf(kNames)},  {"colour", *rc::gen::elementOf(kColourCells)}};
  std::vector<const Field*> fields;
  std::vector<std::string_view> row;
  std::string text = "{";
  for (const auto& [name, cell] : cells) {
    fields.push_back(sample_type().find(name));
    row.push_back(cell);
    if (cell.empty()) continue;
    if (text.size() > 1) text.push_back(',');
    json::append_string(text, name);
    text.push_back(':');
    const bool number = name == "amount" || name == "price" || name == "year";
    if (number) text += cell;
    else json::append_string(text, cell);
  }
  text.push_back('}');
  const Agent agent = sample_agent();
  const auto by_row = agent.tools[0].open();
  const auto by_json = agent.tools[0].open();
  const Errors row_errors = by_row->call_row(fields, row);
  Answer answer;
  auto parsed = json::parse(text);
  const bool json_ok = parsed.ok() && by_json->call(*parsed, false, answer).empty();
  RC_ASSERT(row_errors.empty() == json_ok);
  if (json_ok) RC_ASSERT(answer_of(by_row->output_object()) == answer.output);
}

}  // namespace
}  // namespace greenlang::tool
