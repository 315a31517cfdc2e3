// Rows of CSV; see service/batch/rows.hpp.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/batch/rows.hpp"
#include "service/batch/summary.hpp"

namespace greenlang::service {

Result<std::unique_ptr<Rows>> open_csv_rows(const tool::Tool& tool, std::string_view header_line);

class CsvRows final : public Rows {
 public:
  struct Plan {
    std::string header;                      // of the output
    std::size_t width = 0;                   // cells of an input row
    std::vector<const tool::Field*> fields;  // fields that have a column ...
    std::vector<std::size_t> positions;      // ... and where it is
    std::vector<tool::Column> columns;       // of the answer
  };

  CsvRows(const tool::Tool& tool, Plan plan);
  const std::string& header() const override { return plan_.header; }
  void answer(std::string_view block, std::uint64_t first_line, RowsOut& out) override;
  void answer_overlong(std::string_view start, std::uint64_t line, RowsOut& out) override;

 private:
  void row(const csv::Record& record, bool utf8, std::uint64_t line, RowsOut& out);
  void malformed(std::string_view raw, std::string_view why, std::uint64_t line, RowsOut& out);
  void failed(std::string_view raw, const std::string& message, RowsOut& out);

  Plan plan_;
  std::unique_ptr<tool::Session> session_;
  Summarizer summarizer_;
  std::vector<std::string_view> cells_;
  csv::Record record_;
  Sha256 hash_;
};

}  // namespace greenlang::service
