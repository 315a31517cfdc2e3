// Log lines: one JSON object a line on stderr, keys in this order:
//   time, level, message, agent_id, trace_id, then the caller's fields.
// spdlog only carries the finished line; text of users never meets a format pattern.
// A Logger is a value that is handed around; there is no global one.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"

namespace greenlang::telemetry {

enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError, kOff };

// "debug", "info", "warning" (or "warn"), "error", "off"; empty for anything else.
std::optional<Level> level_from_text(std::string_view text);
std::string_view level_text(Level level);

// One key with a string, number or boolean. Views: it lives for the call only.
struct Field {
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;

  Field(std::string_view key, std::string_view value) : key(key), value(value) {}
  Field(std::string_view key, const std::string& value) : key(key), value(std::string_view(value)) {}
  Field(std::string_view key, const char* value) : key(key), value(std::string_view(value)) {}
  Field(std::string_view key, bool value) : key(key), value(value) {}
  Field(std::string_view key, double value) : key(key), value(value) {}  // not finite: null
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Field(std::string_view key, T value) : key(key), value(static_cast<std::int64_t>(value)) {}

  std::string_view key;
  Value value;
};

// Where a finished line goes, without its newline. Called from any thread.
using LogSink = std::function<void(std::string_view line)>;

// Writes to stderr through spdlog, one write a line.
LogSink stderr_sink();

// Cheap to copy. Thread-safe: any thread may log through the same object. The message and each
// text field are cut at kValueBytesMax; in a text that is not UTF-8 every non-ASCII byte is '?'.
class Logger {
 public:
  static constexpr std::size_t kValueBytesMax = 4096;

  // `clock` must outlive the logger and its copies.
  Logger(std::string agent_id, Level level, LogSink sink, const Clock& clock);
  // To stderr with the system clock.
  Logger(std::string agent_id, Level level);

  // The same logger with a trace id (32 hex digits of W3C Trace Context) on every line.
  Logger with_trace_id(std::string trace_id) const;

  bool enabled(Level level) const { return level >= level_; }

  void log(Level level, std::string_view message, std::initializer_list<Field> fields = {}) const {
    if (enabled(level)) write(level, message, fields);
  }
  void debug(std::string_view message, std::initializer_list<Field> fields = {}) const { log(Level::kDebug, message, fields); }
  void info(std::string_view message, std::initializer_list<Field> fields = {}) const { log(Level::kInfo, message, fields); }
  void warning(std::string_view message, std::initializer_list<Field> fields = {}) const { log(Level::kWarning, message, fields); }
  void error(std::string_view message, std::initializer_list<Field> fields = {}) const { log(Level::kError, message, fields); }

 private:
  struct Shared;

  void write(Level level, std::string_view message, std::initializer_list<Field> fields) const;

  std::shared_ptr<const Shared> shared_;  // shared: copies of one logger have one sink
  std::string trace_id_;
  Level level_;
};

}  // namespace greenlang::telemetry
