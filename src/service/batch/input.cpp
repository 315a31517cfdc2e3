#include "service/batch/input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/csv.hpp"
#include "service/batch/job.hpp"

namespace greenlang::service {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;  // stays in the cache of a core between reading and cutting
constexpr int kStopCheckMs = 100;

bool same_time(const struct timespec& a, const struct timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

}  // namespace

std::string not_text(std::string_view start) {
  if (start.empty()) return "the file is empty";
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) return "the file is UTF-16; save it as UTF-8 (in Excel: CSV UTF-8)";
  if (start.starts_with("PK\x03\x04")) return "the file is a ZIP archive or an Excel workbook; save it as CSV UTF-8";
  if (start.find('\0') != std::string_view::npos) return "the file is binary, not text";
  return {};
}

BatchInput::BatchInput(int fd, const std::atomic<bool>* stop) : fd_(fd), stop_(stop), buffer_(kPieceBytes, '\0') {
  regular_ = ::fstat(fd, &before_) == 0 && S_ISREG(before_.st_mode);
  if (regular_) ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
}

Result<std::size_t> BatchInput::fill(char* to, std::size_t size) {
  for (;;) {
    if (!regular_ && stop_ != nullptr) {
      // A signal may come while nothing does, and to another thread.
      struct ::pollfd ready {
        fd_, POLLIN, 0
      };
      const int events = ::poll(&ready, 1, kStopCheckMs);
      if (stop_->load(std::memory_order_relaxed)) return Error{ErrorCode::kInterrupted, "stopped by a signal; nothing was kept", ""};
      if (events == 0 || (events < 0 && errno == EINTR)) continue;
    }
    const ssize_t got = ::read(fd_, to, size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{ErrorCode::kUnavailable, std::string("reading the input failed: ") + std::strerror(errno), ""};
    hash_.update(std::string_view(to, static_cast<std::size_t>(got)));
    bytes_ += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  }
}

Result<std::string_view> BatchInput::read() {
  if (!ahead_.empty()) {
    buffer_.swap(ahead_);
    const std::string_view piece(buffer_);
    ahead_.clear();
    return piece;
  }
  if (buffer_.size() < kPieceBytes) buffer_.resize(kPieceBytes);
  auto got = fill(buffer_.data(), kPieceBytes);
  if (!got) return std::move(got.error());
  return std::string_view(buffer_).substr(0, *got);
}

Result<void> BatchInput::check_text() {
  while (ahead_.size() < 4) {
    char some[4096];
    auto got = fill(some, sizeof some);
    if (!got) return std::move(got.error());
    if (*got == 0) break;
    ahead_.append(some, *got);
  }
  if (const std::string problem = not_text(ahead_); !problem.empty()) return invalid("", problem);
  if (ahead_.starts_with("\xEF\xBB\xBF")) ahead_.erase(0, 3);
  return {};
}

Result<std::string> BatchInput::read_header() {
  if (auto checked = check_text(); !checked) return std::move(checked.error());
  std::size_t end;
  std::string more(64 * 1024, '\0');
  while ((end = ahead_.find('\n')) == std::string::npos) {
    if (ahead_.size() > csv::kMaxRecordBytes) return invalid("", "the header line is longer than 1 MiB; is this a CSV file?");
    auto got = fill(more.data(), more.size());
    if (!got) return std::move(got.error());
    if (*got == 0) {
      end = ahead_.size();
      break;
    }
    ahead_.append(more, 0, *got);
  }
  std::string line = ahead_.substr(0, end);
  ahead_.erase(0, std::min(end + 1, ahead_.size()));
  if (line.ends_with('\r')) line.pop_back();
  if (const std::string problem = not_text(line.empty() ? "x" : line); !problem.empty()) return invalid("", problem);
  return line;
}

Result<void> BatchInput::check_unchanged() const {
  if (!regular_) return {};
  struct ::stat after {};
  const bool same = ::fstat(fd_, &after) == 0 && after.st_size == before_.st_size && same_time(after.st_mtim, before_.st_mtim) &&
                    bytes_ == static_cast<std::uint64_t>(before_.st_size);
  if (!same) return Error{ErrorCode::kConflict, "the input file changed while it was read; run again when it is complete", ""};
  return {};
}

}  // namespace greenlang::service
