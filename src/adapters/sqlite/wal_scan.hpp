// Finds damage in SQLite's write-ahead log that SQLite itself passes over. Private to this folder. No input or
// output here: bytes in, a verdict out.
//
// SQLite takes the first frame with a wrong checksum for the end of the log: right for a transaction that a crash
// tore, wrong when later transactions follow, for each of them was on the disk before the next began. The rule:
//
//   a fault   a frame is damaged or missing, and behind the commit mark of its transaction there is another frame
//             of the same round of the log (it has the header's salts)
//   a fault   the header is damaged, and frames that belong together follow it: it is synced before them
//   no fault  anything within the last transaction: cut, damaged, with holes
//
// Not to be told from a torn last transaction, and so no fault: a log cut short, and a whole frame wiped out where
// it was the last frame of the last transaction but one.
// Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace greenlang::adapters::sqlite {

inline constexpr std::size_t kWalHeaderBytes = 32;
inline constexpr std::size_t kWalFrameHeaderBytes = 24;

// What is known of the database.
struct WalDatabase {
  std::uint32_t page_bytes;        // for when the log's header is damaged
  std::uint32_t pages = 0;         // in the file
  std::uint32_t watched_page = 0;  // see watched_page_committed()
};

class WalScan {
 public:
  // `header`: the first kWalHeaderBytes of the file.
  WalScan(std::string_view header, WalDatabase db);

  // How long every frame is, its header included.
  std::size_t frame_bytes() const { return kWalFrameHeaderBytes + page_bytes_; }
  // The next whole frame of the file. What is left of the file after the last whole one is not of interest.
  void add(std::string_view frame);

  // What is damaged, "frame 7: ...", counted from 1 as SQLite does; empty when there is no fault (yet).
  const std::string& fault() const { return fault_; }
  // Whether SQLite would take the watched page from this log.
  bool watched_page_committed() const { return watched_committed_; }

 private:
  struct Checksum {
    std::uint32_t a = 0, b = 0;
    bool operator==(const Checksum&) const = default;
  };
  struct Frame {
    std::uint32_t page, commit;
    std::uint64_t salts;
    Checksum checksum;
  };

  static Frame parse(std::string_view frame);
  std::uint32_t word(std::string_view bytes, std::size_t at) const;
  static Checksum step(Checksum sum, std::uint32_t x, std::uint32_t y);
  Checksum sum(Checksum start, std::string_view bytes) const;
  Checksum sum_frame(Checksum start, std::uint32_t mark, std::string_view frame) const;
  bool fits(Checksum start, std::string_view frame) const;
  void add_behind_bad_header(const Frame& now, std::string_view frame);
  void begin_bad(const Frame& now, std::string_view frame);

  std::uint32_t page_bytes_;
  const std::uint32_t watched_page_;
  bool big_endian_ = false;          // of the checksums' words; the log's own fields always are
  std::uint32_t db_pages_;           // after the last good transaction
  std::uint32_t greatest_page_ = 0;  // of the transaction that is being read
  bool header_good_ = false;
  std::uint64_t salts_ = 0;
  Checksum running_;  // over all good frames; behind a bad header: as the frame before has it
  std::uint64_t frames_ = 0;
  std::uint64_t bad_frame_ = 0;  // the first; 0 for none
  bool bad_ended_ = false;       // the commit mark of its transaction has been passed
  bool watched_seen_ = false, watched_committed_ = false;
  std::string fault_;
};

}  // namespace greenlang::adapters::sqlite
