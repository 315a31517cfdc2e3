#include "telemetry/log.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "base/json.hpp"

namespace greenlang::telemetry {
namespace {

class Lines {
 public:
  Logger logger(Level level = Level::kDebug) {
    return Logger(
        "fuel-analyzer", level, [this](std::string_view line) { last = line; }, clock_);
  }
  std::string last;

 private:
  ManualClock clock_{0};
};

TEST(Log, WritesOneJsonObject) {
  Lines lines;
  lines.logger().with_trace_id("abc").info("hello \"you\"\n{}%v", {{"text", "a\tb"}, {"count", 3}, {"ratio", 0.5}, {"yes", true}});
  EXPECT_EQ(lines.last, R"({"time":"1970-01-01T00:00:00.000Z","level":"info","message":"hello \"you\"\n{}%v",)"
                        R"("agent_id":"fuel-analyzer","trace_id":"abc","text":"a\tb","count":3,"ratio":0.5,)"
                        R"("yes":true})");
}

TEST(Log, WritesNothingBelowItsLevel) {
  Lines lines;
  const Logger logger = lines.logger(Level::kWarning);
  logger.info("no");
  EXPECT_EQ(lines.last, "");
  logger.warning("yes");
  EXPECT_NE(lines.last.find("\"level\":\"warning\""), std::string::npos);
  EXPECT_FALSE(lines.logger(Level::kOff).enabled(Level::kError));
}

TEST(Log, CutsLongTextsAtACharacter) {
  Lines lines;
  std::string text(Logger::kValueBytesMax - 1, 'x');
  text += "\xC3\xA9";  // e with acute accent would cross the limit
  lines.logger().info("m", {{"text", text}, {"bad", HUGE_VAL}});
  const auto value = json::parse(lines.last);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value->as_object().at("text").as_string().size(), Logger::kValueBytesMax - 1);
  EXPECT_TRUE(value->as_object().at("bad").is_null());
}

TEST(Log, ReadsLevels) {
  EXPECT_EQ(level_from_text("debug"), Level::kDebug);
  EXPECT_EQ(level_from_text("warn"), Level::kWarning);
  EXPECT_EQ(level_from_text("WARN"), std::nullopt);
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    EXPECT_EQ(level_from_text(level_text(level)), level);
  }
}

TEST(Log, StderrGetsTheLineAsItIs) {
  ::testing::internal::CaptureStderr();
  stderr_sink()(R"({"a":"%v {} \n"})");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "{\"a\":\"%v {} \\n\"}\n");
}

RC_GTEST_PROP(LogProperty, AnyBytesGiveAValidLine, (std::string message, std::string value)) {
  Lines lines;
  lines.logger().info(message, {{"field", value}});
  RC_ASSERT(json::parse(lines.last).ok());
  RC_ASSERT(lines.last.find('\n') == std::string::npos);
}

}  // namespace
}  // namespace greenlang::telemetry
