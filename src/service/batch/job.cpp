#include "service/batch/job.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "ledger/merkle.hpp"
#include "service/batch/input.hpp"
#include "service/batch/splitter.hpp"

namespace greenlang::service {
namespace {

constexpr std::size_t kSliceBytes = 128 * 1024;

constexpr std::size_t kPipeBytes = 4096;  // a pipe that is ready takes so much without blocking (PIPE_BUF)
constexpr int kStopCheckMs = 200;

Error stopped() { return {ErrorCode::kInterrupted, "stopped by a signal; nothing was kept", ""}; }

// Writes to a file, or to a pipe whose reader may be slow or asleep: then `stop` must still be heard.
Result<void> write_all(int fd, bool regular, std::string_view bytes, const std::atomic<bool>& stop) {
  while (!bytes.empty()) {
    std::size_t size = bytes.size();
    if (!regular) {
      struct ::pollfd ready {
        fd, POLLOUT, 0
      };
      const int events = ::poll(&ready, 1, kStopCheckMs);
      if (stop.load(std::memory_order_relaxed)) return stopped();
      if (events == 0 || (events < 0 && errno == EINTR)) continue;
      size = std::min(size, kPipeBytes);
    }
    const ssize_t put = ::write(fd, bytes.data(), size);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Error{ErrorCode::kUnavailable, std::string("writing the output failed: ") + std::strerror(errno), ""};
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

// One block on its way: cut, answered, written.
struct Slot {
  RowBlock block;
  RowsOut out;
  bool answered = false;
};

// The line between the threads. Blocks are written in the order in which they were cut; at most `room` are on
// their way, which bounds memory.
class Line {
 public:
  explicit Line(std::size_t room) : room_(room) {}

  // Reader: false when everything stops.
  bool put(RowBlock&& block) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || slots_.size() < room_; });
    if (stopped_) return false;
    slots_.push_back(take_spare());
    slots_.back()->block = std::move(block);
    todo_.push_back(slots_.back().get());
    changed_.notify_all();
    return true;
  }
  void end(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    if (error && !error_) error_ = std::move(error);
    changed_.notify_all();
  }
  // Worker: the next block to answer, or null at the end.
  Slot* take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || !todo_.empty() || ended_; });
    if (stopped_ || todo_.empty()) return nullptr;
    Slot* slot = todo_.front();
    todo_.pop_front();
    return slot;
  }
  void done(Slot* slot) {
    const std::lock_guard lock(mutex_);
    slot->answered = true;
    changed_.notify_all();
  }
  // Writer: the oldest block when it is answered, or null at the end.
  std::unique_ptr<Slot> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return (!slots_.empty() && slots_.front()->answered) || (slots_.empty() && ended_); });
    if (slots_.empty()) return nullptr;
    auto slot = std::move(slots_.front());
    slots_.pop_front();
    return slot;
  }
  void give_back(std::unique_ptr<Slot> slot) {
    const std::lock_guard lock(mutex_);
    slot->out.clear();
    slot->answered = false;
    spare_.push_back(std::move(slot));
    changed_.notify_all();
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  std::optional<Error> error() {
    const std::lock_guard lock(mutex_);
    return error_;
  }

 private:
  std::unique_ptr<Slot> take_spare() {
    if (spare_.empty()) return std::make_unique<Slot>();
    auto slot = std::move(spare_.back());
    spare_.pop_back();
    return slot;
  }

  const std::size_t room_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Slot>> slots_;  // in order
  std::deque<Slot*> todo_;
  std::vector<std::unique_ptr<Slot>> spare_;  // keep their buffers
  bool ended_ = false, stopped_ = false;
  std::optional<Error> error_;
};

void read_blocks(BatchInput& input, const BatchOptions& options, std::uint64_t first_line, Line& line, const std::atomic<bool>& stop) {
  Splitter splitter(options.format, options.block_bytes, first_line);
  bool open = true;
  const auto take = [&](RowBlock&& block) { open = open && line.put(std::move(block)); };
  while (open && !stop.load(std::memory_order_relaxed)) {
    auto piece = input.read();
    if (!piece) return line.end(std::move(piece.error()));
    if (piece->empty()) {
      splitter.end(take);
      break;
    }
    splitter.feed(*piece, take);
  }
  auto unchanged = open && !stop ? input.check_unchanged() : Result<void>();
  line.end(unchanged ? std::optional<Error>() : std::optional<Error>(std::move(unchanged.error())));
}

void answer_blocks(Rows& rows, Line& line) {
  while (Slot* slot = line.take()) {
    if (slot->block.overlong) rows.answer_overlong(slot->block.bytes, slot->block.first_line, slot->out);
    else rows.answer(slot->block.bytes, slot->block.first_line, slot->out);
    line.done(slot);
  }
}

// Takes answered blocks in order, hashes and writes them. Returns the first error.
Result<void> write_blocks(Line& line, int out_fd, BatchReport& report, const BatchProgress& progress, const std::atomic<bool>& stop) {
  Sha256 output_hash;
  ledger::CompactTree tree;
  struct ::stat about {};
  const bool regular = ::fstat(out_fd, &about) == 0 && S_ISREG(about.st_mode);
  const auto put = [&](std::string_view bytes) -> Result<void> {
    report.output_bytes += bytes.size();
    // In slices, so that what was just hashed is still in the cache when the kernel copies it.
    for (; !bytes.empty(); bytes.remove_prefix(std::min(kSliceBytes, bytes.size()))) {
      output_hash.update(bytes.substr(0, kSliceBytes));
      if (auto written = write_all(out_fd, regular, bytes.substr(0, kSliceBytes), stop); !written) return written;
    }
    return {};
  };
  if (!report.header.empty()) {
    if (auto written = put(report.header + "\n"); !written) return written;
  }
  while (auto slot = line.next()) {
    if (stop.load(std::memory_order_relaxed)) return stopped();
    if (auto written = put(slot->out.bytes); !written) return written;
    for (const Digest& leaf : slot->out.leaves) tree.append(leaf);
    report.rows += slot->out.rows;
    report.failed += slot->out.failed;
    report.input_bytes += slot->block.bytes.size();
    add_to(report.summary, slot->out.summary);
    line.give_back(std::move(slot));
    if (progress) progress(report);
  }
  if (stop) return stopped();
  report.rows_root = tree.root();
  report.output_sha256 = output_hash.finish();
  return {};
}

}  // namespace

Result<BatchReport> run_batch(const tool::Tool& tool, int in_fd, int out_fd, const BatchOptions& options, const BatchProgress& progress,
                              const std::atomic<bool>& stop) {
  BatchInput input(in_fd, &stop);
  std::string header_line;
  if (options.format == RowFormat::kCsv) {
    auto read = input.read_header();
    if (!read) return std::move(read.error());
    header_line = std::move(*read);
  } else if (auto checked = input.check_text(); !checked) {
    return std::move(checked.error());
  }
  const int workers = std::max(1, options.workers);
  std::vector<std::unique_ptr<Rows>> rows;
  for (int i = 0; i < workers; ++i) {
    auto opened = open_rows(tool, options.format, header_line);
    if (!opened) return std::move(opened.error());
    rows.push_back(std::move(*opened));
  }
  BatchReport report;
  report.header = rows.front()->header();
  Line line(static_cast<std::size_t>(workers) * 2 + 2);
  const std::uint64_t first_line = options.format == RowFormat::kCsv ? 2 : 1;
  std::thread reader([&] { read_blocks(input, options, first_line, line, stop); });
  std::vector<std::thread> threads;
  for (auto& one : rows) threads.emplace_back([&one, &line] { answer_blocks(*one, line); });
  auto written = write_blocks(line, out_fd, report, progress, stop);
  if (!written) line.stop();
  reader.join();
  for (std::thread& thread : threads) thread.join();
  if (!written) return std::move(written.error());
  if (auto error = line.error()) return std::move(*error);
  report.input_bytes = input.bytes();
  report.input_sha256 = input.sha256();
  return report;
}

}  // namespace greenlang::service
