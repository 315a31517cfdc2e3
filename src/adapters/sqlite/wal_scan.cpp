#include "adapters/sqlite/wal_scan.hpp"

#include <algorithm>
#include <bit>

#include "base/check.hpp"

namespace greenlang::adapters::sqlite {
namespace {

constexpr std::uint32_t kMagic = 0x377f0682;  // its lowest bit tells the byte order of the checksums
constexpr std::uint32_t kVersion = 3007000;

std::uint32_t load(std::string_view bytes, std::size_t at, bool big_endian) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto byte = std::uint32_t{static_cast<unsigned char>(bytes[at + i])};
    out |= byte << (8 * (big_endian ? 3 - i : i));
  }
  return out;
}

std::uint32_t field(std::string_view bytes, std::size_t at) { return load(bytes, at, true); }

std::uint64_t salts_at(std::string_view bytes, std::size_t at) { return std::uint64_t{field(bytes, at)} << 32 | field(bytes, at + 4); }

}  // namespace

WalScan::WalScan(std::string_view header, WalDatabase db)
    : page_bytes_(db.page_bytes), watched_page_(db.watched_page), db_pages_(db.pages) {
  GL_CHECK(header.size() == kWalHeaderBytes);
  const std::uint32_t magic = field(header, 0), page_bytes = field(header, 8);
  big_endian_ = (magic & 1) != 0;
  salts_ = salts_at(header, 16);
  running_ = {field(header, 24), field(header, 28)};
  header_good_ = (magic & ~1u) == kMagic && field(header, 4) == kVersion && std::has_single_bit(page_bytes) && page_bytes >= 512 &&
                 page_bytes <= 65536 && sum({}, header.substr(0, 24)) == running_;
  if (header_good_) page_bytes_ = page_bytes;
}

WalScan::Frame WalScan::parse(std::string_view frame) {
  return {field(frame, 0), field(frame, 4), salts_at(frame, 8), {field(frame, 16), field(frame, 20)}};
}

std::uint32_t WalScan::word(std::string_view bytes, std::size_t at) const { return load(bytes, at, big_endian_); }

WalScan::Checksum WalScan::step(Checksum sum, std::uint32_t x, std::uint32_t y) {
  sum.a += x + sum.b;
  sum.b += y + sum.a;
  return sum;
}

WalScan::Checksum WalScan::sum(Checksum start, std::string_view bytes) const {
  for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) start = step(start, word(bytes, i), word(bytes, i + 4));
  return start;
}

// With `mark` for a commit mark. The salts are not part of the sum.
WalScan::Checksum WalScan::sum_frame(Checksum start, std::uint32_t mark, std::string_view frame) const {
  const std::uint32_t mark_word = big_endian_ ? mark : __builtin_bswap32(mark);
  return sum(step(start, word(frame, 0), mark_word), frame.substr(kWalFrameHeaderBytes));
}

bool WalScan::fits(Checksum start, std::string_view frame) const {
  const Frame now = parse(frame);
  return sum_frame(start, now.commit, frame) == now.checksum;
}

// Whether the first bad frame carried a commit mark. The mark itself may be what is damaged: then the sum fits with
// what it was, which is either none, or the pages of the database, which only grows. A sum may also fit by chance
// when a single bit of the page is wrong; in doubt there was a mark, for a crash does not leave single wrong bits.
void WalScan::begin_bad(const Frame& now, std::string_view frame) {
  bad_frame_ = frames_;
  const bool current = now.salts == salts_;
  const std::uint32_t before = std::max(db_pages_, greatest_page_), pages = std::max(before, now.page);
  const auto fits_with = [&](std::uint32_t mark) { return sum_frame(running_, mark, frame) == now.checksum; };
  if (current && now.commit != 0 && (now.commit == before || now.commit == pages)) bad_ended_ = true;
  else if (fits_with(now.commit)) bad_ended_ = now.commit != 0;  // only the salts are damaged
  else if (fits_with(pages) || fits_with(before)) bad_ended_ = true;
  else bad_ended_ = current && now.commit != 0 && !fits_with(0);
}

void WalScan::add(std::string_view frame) {
  GL_CHECK(frame.size() == frame_bytes());
  if (!fault_.empty()) return;
  ++frames_;
  const Frame now = parse(frame);
  if (!header_good_) return add_behind_bad_header(now, frame);
  const bool current = now.salts == salts_;
  if (bad_frame_ == 0) {
    if (current && now.page != 0 && fits(running_, frame)) {
      running_ = now.checksum;
      watched_seen_ = watched_seen_ || now.page == watched_page_;
      greatest_page_ = std::max(greatest_page_, now.page);
      if (now.commit != 0) {
        watched_committed_ = watched_seen_;
        db_pages_ = now.commit;
        greatest_page_ = 0;
      }
      return;
    }
    return begin_bad(now, frame);
  }
  if (!current) return;  // of an older round of the log, or never written
  if (bad_ended_) {
    fault_ = "frame " + std::to_string(bad_frame_) + " of the write-ahead log is damaged, and later transactions follow it";
    return;
  }
  bad_ended_ = now.commit != 0;
}

// Frames that have the header's salts, or go on from its checksum, or from that of the frame before.
void WalScan::add_behind_bad_header(const Frame& now, std::string_view frame) {
  bool follows = now.salts != 0 && (frames_ == 1 || now.salts == salts_);
  if (follows && (frames_ > 1 || now.salts != salts_)) {
    big_endian_ = false;  // the header's word on this is not worth much
    follows = fits(running_, frame);
    big_endian_ = !follows;
    follows = follows || fits(running_, frame);
  }
  if (follows) fault_ = "the header of the write-ahead log is damaged, and transactions follow it";
  salts_ = now.salts;
  running_ = now.checksum;
}

}  // namespace greenlang::adapters::sqlite
