// Published cases as data: tests/golden/fuel/*.json, each with its citation. The answer, rounded to as
// many decimals as are printed, must be the printed number.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>

#include "agents/fuel_analyzer/tools.hpp"

namespace greenlang::fuel_analyzer {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string rounded_like(double value, std::string_view printed) {
  const std::size_t point = printed.find('.');
  const int decimals = point == std::string_view::npos ? 0 : static_cast<int>(printed.size() - point - 1);
  // Half up, as printed tables round; a relative nudge keeps 0.5 that binary stores as 0.49999... up.
  const double scale = std::pow(10, decimals);
  const double number = std::floor(value * scale * (1 + 1e-13) + 0.5) / scale;
  std::ostringstream out;
  out << std::fixed << std::setprecision(decimals) << number;
  return out.str();
}

TEST(Golden, EveryPublishedCase) {
  auto tables = load_tables();
  ASSERT_TRUE(tables.ok()) << tables.error().path << ": " << tables.error().message;
  const tool::Agent agent = make_agent(**tables);
  int cases = 0, values = 0;
  for (const auto& file : std::filesystem::directory_iterator(GREENLANG_SOURCE_DIR "/tests/golden/fuel")) {
    if (file.path().extension() != ".json") continue;
    ++cases;
    auto golden = json::parse(read_file(file.path()));
    ASSERT_TRUE(golden.ok()) << file.path();
    const auto& object = golden->get_object();
    SCOPED_TRACE(file.path().filename().string());
    ASSERT_FALSE(object.at("citation").get_string().empty());
    const tool::Tool* tool = agent.find(std::string_view(object.at("tool").get_string()));
    ASSERT_NE(tool, nullptr);
    tool::Answer answer;
    const Errors errors = tool->open()->call(object.at("input"), false, answer);
    ASSERT_TRUE(errors.empty()) << errors[0].path << ": " << errors[0].message;
    auto output = json::parse(answer.output);
    ASSERT_TRUE(output.ok());
    for (const auto& [field, expected] : object.at("expected").get_object()) {
      ++values;
      const json::Value& actual = output->get_object().at(field);
      ASSERT_TRUE(actual.is_number()) << field << " is " << json::canonical(actual);
      EXPECT_EQ(rounded_like(actual.to_number<double>(), expected.get_string()), std::string_view(expected.get_string())) << field;
    }
  }
  EXPECT_GE(cases, 50);
  EXPECT_GE(values, 100);
}

}  // namespace
}  // namespace greenlang::fuel_analyzer
