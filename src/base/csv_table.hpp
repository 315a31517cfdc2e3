// A small CSV file as a table with named columns, wholly in memory. For regulatory tables and own
// factor files, not for big data (see base/csv.hpp for that).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace greenlang::csv {

class Table {
 public:
  // Reads `text`; `name` is used in errors. Every row must have as many cells as the header; header
  // names must be unique. Errors: kInvalid with "name:line".
  static Result<Table> read(std::string name, std::string_view text);

  std::size_t rows() const { return cells_.size(); }
  const std::vector<std::string>& header() const { return header_; }
  // Position of a column, or -1.
  int column(std::string_view column_name) const;
  // The cell, trimmed; empty also when the column does not exist.
  std::string_view cell(std::size_t row, std::string_view column_name) const;
  // "name:line" of a row, for error messages.
  std::string where(std::size_t row) const;

 private:
  std::string name_;
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> cells_;
  std::vector<std::size_t> lines_;
};

}  // namespace greenlang::csv
