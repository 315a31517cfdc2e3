// Time as a value that is handed in. Calculations never see a clock.
#pragma once

#include <cstdint>
#include <string>

namespace greenlang {

// Thread-safe: implementations may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t unix_ms() const = 0;       // wall clock, milliseconds since 1970-01-01 UTC
  virtual std::int64_t monotonic_ns() const = 0;  // for durations only
};

class SystemClock final : public Clock {
 public:
  std::int64_t unix_ms() const override;
  std::int64_t monotonic_ns() const override;
};

// For tests: stands still until told.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t unix_ms = 0) : unix_ms_(unix_ms) {}
  std::int64_t unix_ms() const override { return unix_ms_; }
  std::int64_t monotonic_ns() const override { return unix_ms_ * 1'000'000; }
  void advance_ms(std::int64_t by) { unix_ms_ += by; }

 private:
  std::int64_t unix_ms_;
};

// RFC 3339 in UTC with milliseconds: 2026-11-24T23:25:52.123Z.
std::string utc_text(std::int64_t unix_ms);

}  // namespace greenlang
