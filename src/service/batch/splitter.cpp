#include "service/batch/splitter.hpp"

#include <algorithm>

namespace greenlang::service {
namespace {

constexpr std::size_t kOverlongShown = 200;

std::uint64_t lines_in(std::string_view bytes) { return static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n')); }

}  // namespace

std::size_t Splitter::complete() const { return format_ == RowFormat::kCsv ? csv::last_record_end(pending_) : pending_.rfind('\n') + 1; }

void Splitter::feed(std::string_view bytes, const std::function<void(RowBlock&&)>& take) {
  while (!bytes.empty()) {
    if (discarding_) {
      const std::size_t newline = bytes.find('\n');
      if (newline == std::string_view::npos) return;
      bytes.remove_prefix(newline + 1);
      ++line_;
      discarding_ = false;
      continue;
    }
    const std::size_t room = std::max(block_bytes_, csv::kMaxRecordBytes + 1) - std::min(pending_.size(), csv::kMaxRecordBytes);
    const std::size_t part = std::min(bytes.size(), room);
    pending_.append(bytes.substr(0, part));
    bytes.remove_prefix(part);
    if (pending_.size() < std::max(block_bytes_, look_at_)) continue;
    const std::size_t end = complete();
    // Without a whole row, looked through again only when it has doubled: many small pieces of one long row must
    // not cost the square of its length.
    look_at_ = std::min(2 * pending_.size(), csv::kMaxRecordBytes + 1);
    if (end > 0) cut(end, take);
    else if (pending_.size() > csv::kMaxRecordBytes) handle_long_row(take);
  }
}

void Splitter::end(const std::function<void(RowBlock&&)>& take) {
  if (!pending_.empty()) cut(pending_.size(), take);
  discarding_ = false;
}

void Splitter::cut(std::size_t end, const std::function<void(RowBlock&&)>& take) {
  RowBlock block;
  block.first_line = line_;
  std::string rest = pending_.substr(end);
  pending_.resize(end);
  block.bytes = std::move(pending_);
  pending_ = std::move(rest);
  line_ += lines_in(block.bytes);
  look_at_ = 0;
  take(std::move(block));
}

// More bytes than a row may have and no row has ended: a quote that never closes, or one endless line.
void Splitter::handle_long_row(const std::function<void(RowBlock&&)>& take) {
  const std::size_t newline = pending_.find('\n');
  if (newline != std::string::npos) return cut(newline + 1, take);
  RowBlock block{pending_.substr(0, kOverlongShown), line_, true};
  while (!block.bytes.empty() && (static_cast<unsigned char>(block.bytes.back()) & 0x80) != 0) block.bytes.pop_back();
  pending_.clear();
  look_at_ = 0;
  discarding_ = true;
  take(std::move(block));
}

}  // namespace greenlang::service
