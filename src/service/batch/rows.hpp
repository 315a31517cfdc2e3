// How the rows of a file become questions for a tool, and answers become rows again. One Rows object is for
// one thread: it holds the tool's session. Pure: bytes in, bytes out.
//
// CSV: an output row is the input row as it was, a comma, and the answer's cells; the last cell is `error`. A
// row that cannot be read as CSV keeps its place with empty input cells, and its text is in `error`.
// NDJSON: an output row is {"input":...,"output":...} in canonical form, or {"error":[...],"line":n,"raw":...}.
// So every output file can be recomputed from itself (service/proof/recompute.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.hpp"
#include "base/result.hpp"
#include "base/sha256.hpp"
#include "tool/tool.hpp"

namespace greenlang::service {

enum class RowFormat { kCsv, kNdjson };

// A longer input row is an error row. Half of csv::kMaxRecordBytes, so that an output row, which holds the input row
// and its answer, can be read back.
inline constexpr std::size_t kMaxRowBytes = csv::kMaxRecordBytes / 2;

// Totals of good rows that have the same texts in the tool's group_by columns.
struct GroupTotals {
  std::uint64_t rows = 0;
  std::vector<double> sums;  // one for each of the tool's add_up columns
};
using Summary = std::map<std::string, GroupTotals>;  // key: group texts joined by '\x1f'

void add_to(Summary& total, const Summary& part);

// What one block of rows gives.
struct RowsOut {
  std::string bytes;           // output rows, each ended by '\n'
  std::vector<Digest> leaves;  // SHA-256(0x00 || row without '\n'), one for each row
  std::uint64_t rows = 0;
  std::uint64_t failed = 0;
  Summary summary;

  void clear();
  // Ends the row that began at bytes[start]: hashes it and puts its line end.
  void end_row(Sha256& hash, std::size_t start);
};

class Rows {
 public:
  virtual ~Rows() = default;
  // The header row of the output without '\n', or empty when the format has none.
  virtual const std::string& header() const = 0;
  // Answers whole rows. `first_line` is the line number of the block's first row. Appends to `out`.
  virtual void answer(std::string_view block, std::uint64_t first_line, RowsOut& out) = 0;
  // A row that was too long to be read; `start` is how it begins.
  virtual void answer_overlong(std::string_view start, std::uint64_t line, RowsOut& out) = 0;
};

// Opens a tool for rows. For CSV, `header_line` is the first line of the input without its end.
// Errors (kInvalid): a column that is almost a field's name, twice the same name, a name that the output
// needs, a missing required column, a tool that takes no rows. Other columns are carried along as they are.
Result<std::unique_ptr<Rows>> open_rows(const tool::Tool& tool, RowFormat format, std::string_view header_line);

// The message of one or more errors in a row: "/activity_unit: unknown unit ...; /year: ...".
std::string row_error_text(const Errors& errors);

}  // namespace greenlang::service
