// Progress of long work on standard error: a bar on a terminal, a plain line every few seconds elsewhere.
#pragma once

#include <chrono>
#include <cstdint>

namespace greenlang::service {

class Progress {
 public:
  // `total_bytes` 0: unknown. `silent` shows nothing.
  Progress(std::uint64_t total_bytes, bool silent);
  void show(std::uint64_t bytes, std::uint64_t rows);
  void end();

 private:
  const std::uint64_t total_bytes_;
  const bool silent_, terminal_;
  const std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point shown_;
  bool drawn_ = false;
};

}  // namespace greenlang::service
