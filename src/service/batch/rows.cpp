#include "service/batch/rows.hpp"

#include "ledger/merkle.hpp"
#include "service/batch/csv_rows.hpp"
#include "service/batch/ndjson_rows.hpp"

namespace greenlang::service {

void RowsOut::clear() {
  bytes.clear();
  leaves.clear();
  rows = failed = 0;
  summary.clear();
}

void RowsOut::end_row(Sha256& hash, std::size_t start) {
  leaves.push_back(ledger::leaf_hash(hash, std::string_view(bytes).substr(start)));
  bytes.push_back('\n');
  ++rows;
}

void add_to(Summary& total, const Summary& part) {
  for (const auto& [key, totals] : part) {
    GroupTotals& to = total[key];
    to.rows += totals.rows;
    to.sums.resize(totals.sums.size());
    for (std::size_t i = 0; i < totals.sums.size(); ++i) to.sums[i] += totals.sums[i];
  }
}

std::string row_error_text(const Errors& errors) {
  std::string out;
  for (const Error& error : errors) {
    if (!out.empty()) out += "; ";
    if (!error.path.empty()) out += error.path + ": ";
    out += error.message;
  }
  return out;
}

Result<std::unique_ptr<Rows>> open_rows(const tool::Tool& tool, RowFormat format, std::string_view header_line) {
  if (format == RowFormat::kNdjson) return std::unique_ptr<Rows>(std::make_unique<NdjsonRows>(tool));
  return open_csv_rows(tool, header_line);
}

}  // namespace greenlang::service
