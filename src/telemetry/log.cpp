#include "telemetry/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <cmath>
#include <utility>

#include "base/json.hpp"
#include "base/text.hpp"

namespace greenlang::telemetry {
namespace {

constexpr std::array<std::string_view, 5> kLevelTexts{"debug", "info", "warning", "error", "off"};

// Cuts at a character's start, so that a cut text is still UTF-8.
std::string_view cut(std::string_view text) {
  if (text.size() <= Logger::kValueBytesMax) return text;
  std::size_t end = Logger::kValueBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

void append_text(std::string& out, std::string_view text) {
  text = cut(text);
  if (is_utf8(text)) {
    json::append_string(out, text);
    return;
  }
  std::string ascii(text);
  for (char& c : ascii) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  json::append_string(out, ascii);
}

void append_member(std::string& out, std::string_view key, std::string_view text) {
  append_text(out, key);
  out += ':';
  append_text(out, text);
}

void append_value(std::string& out, const Field::Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    append_text(out, *text);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    append_integer(out, *integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    if (std::isfinite(*number)) {
      append_number(out, *number);
    } else {
      out += "null";
    }
  } else {
    out += std::get<bool>(value) ? "true" : "false";
  }
}

const Clock& system_clock() {
  static const SystemClock clock;  // without state: every instance is the same
  return clock;
}

}  // namespace

struct Logger::Shared {
  std::string agent_id;
  LogSink sink;
  const Clock& clock;
};

std::optional<Level> level_from_text(std::string_view text) {
  if (text == "warn") return Level::kWarning;
  for (std::size_t i = 0; i < kLevelTexts.size(); ++i) {
    if (kLevelTexts[i] == text) return static_cast<Level>(i);
  }
  return std::nullopt;
}

std::string_view level_text(Level level) { return kLevelTexts[static_cast<std::size_t>(level)]; }

LogSink stderr_sink() {
  auto logger = std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  // A closed stderr must not take the program down, and there is nobody to tell.
  logger->set_error_handler([](const std::string&) {});
  return [logger](std::string_view line) { logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size())); };
}

Logger::Logger(std::string agent_id, Level level, LogSink sink, const Clock& clock)
    : shared_(std::make_shared<Shared>(Shared{std::move(agent_id), std::move(sink), clock})), level_(level) {}

Logger::Logger(std::string agent_id, Level level) : Logger(std::move(agent_id), level, stderr_sink(), system_clock()) {}

Logger Logger::with_trace_id(std::string trace_id) const {
  Logger copy = *this;
  copy.trace_id_ = std::move(trace_id);
  return copy;
}

void Logger::write(Level level, std::string_view message, std::initializer_list<Field> fields) const {
  std::string line;
  line.reserve(256);
  line += R"({"time":")";
  line += utc_text(shared_->clock.unix_ms());
  line += R"(","level":")";
  line += level_text(level);
  line += R"(",)";
  append_member(line, "message", message);
  line += ',';
  append_member(line, "agent_id", shared_->agent_id);
  line += ',';
  append_member(line, "trace_id", trace_id_);
  for (const Field& field : fields) {
    line += ',';
    append_text(line, field.key);
    line += ':';
    append_value(line, field.value);
  }
  line += '}';
  shared_->sink(line);
}

}  // namespace greenlang::telemetry
