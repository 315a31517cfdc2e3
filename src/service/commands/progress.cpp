#include "service/commands/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "service/commands/command.hpp"

namespace greenlang::service {

using std::chrono::steady_clock;

Progress::Progress(std::uint64_t total_bytes, bool silent)
    : total_bytes_(total_bytes), silent_(silent), terminal_(::isatty(STDERR_FILENO) == 1), began_(steady_clock::now()), shown_(began_) {}

void Progress::show(std::uint64_t bytes, std::uint64_t rows) {
  if (silent_) return;
  const auto now = steady_clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(5000);
  if (now - shown_ < pause) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - began_).count();
  const double share = total_bytes_ > 0 ? std::min(1.0, static_cast<double>(bytes) / static_cast<double>(total_bytes_)) : 0;
  const double rate = static_cast<double>(rows) / seconds;
  const std::string counts = grouped(rows) + " rows, " + grouped(static_cast<std::uint64_t>(rate)) + " rows/s";
  if (!terminal_) {
    std::fprintf(stderr, "%s%s\n", counts.c_str(),
                 total_bytes_ > 0 ? (", " + std::to_string(static_cast<int>(share * 100)) + " %").c_str() : "");
    return;
  }
  drawn_ = true;
  if (total_bytes_ == 0) {
    std::fprintf(stderr, "\r\033[K%s", counts.c_str());
    return;
  }
  constexpr int kWidth = 30;
  const int full = static_cast<int>(share * kWidth);
  std::string bar;
  for (int i = 0; i < kWidth; ++i) bar += i < full ? "█" : "░";
  const double left = share > 0 ? seconds / share - seconds : 0;
  std::fprintf(stderr, "\r\033[K%s %3d %%  %s  %.0f s left", bar.c_str(), static_cast<int>(share * 100), counts.c_str(), left);
}

void Progress::end() {
  if (drawn_) std::fprintf(stderr, "\r\033[K");
}

}  // namespace greenlang::service
