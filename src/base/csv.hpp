// CSV records (RFC 4180) as views into a buffer. Sans I/O: bytes in, cells out; it never reads a file.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace greenlang::csv {

// A record may not be longer; a quoted cell that is still open there counts as never closed.
inline constexpr std::size_t kMaxRecordBytes = 1 << 20;

// One record: its cells, unquoted, and its raw bytes without the line end. Valid until the next
// call of the reader that made it, and as long as the reader's buffer.
struct Record {
  std::vector<std::string_view> cells;
  std::string_view raw;
  bool blank = false;  // an empty line
};

// Splits a whole buffer into records. Handles LF and CRLF, quoted cells with commas, doubled quotes
// and newlines. A quote or a carriage return in the middle of an unquoted cell, text after a closing quote, or a missing
// closing quote is kInvalid; record.raw then holds the bytes and the reader stands after that record (after
// the first line, when a quote is never closed), so that the next one can be read. Not thread-safe.
class Reader {
 public:
  explicit Reader(std::string_view buffer) : rest_(buffer) {}

  bool done() const { return rest_.empty(); }
  // The next record. Must not be called when done().
  Result<void> next(Record& record);

 private:
  Result<void> slow(Record& record);

  std::string_view rest_;
  std::vector<std::string> unescaped_;  // cells that held doubled quotes; reused
};

// Appends one cell, quoted only when it must be.
void append_cell(std::string& out, std::string_view cell);

// Where the last complete record of `buffer` ends (one past its newline), or 0 when none does. `buffer` must
// begin at the start of a record.
std::size_t last_record_end(std::string_view buffer);

}  // namespace greenlang::csv
