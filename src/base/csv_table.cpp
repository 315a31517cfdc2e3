#include "base/csv_table.hpp"

#include <algorithm>

#include "base/csv.hpp"
#include "base/text.hpp"

namespace greenlang::csv {

Result<Table> Table::read(std::string name, std::string_view text) {
  Table table;
  table.name_ = std::move(name);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!is_utf8(text)) return invalid(table.name_, "is not UTF-8 text");
  Reader reader(text);
  Record record;
  std::size_t line = 1;
  while (!reader.done()) {
    const std::size_t at = line;
    const auto read = reader.next(record);
    line += 1 + static_cast<std::size_t>(std::count(record.raw.begin(), record.raw.end(), '\n'));
    const std::string where = table.name_ + ":" + std::to_string(at);
    if (!read) return invalid(where, read.error().message);
    if (record.blank) continue;
    std::vector<std::string> cells;
    for (std::string_view cell : record.cells) cells.emplace_back(trim(cell));
    if (table.header_.empty()) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (std::count(cells.begin(), cells.end(), cells[i]) > 1) return invalid(where, "the column \"" + cells[i] + "\" appears twice");
      }
      table.header_ = std::move(cells);
      continue;
    }
    if (cells.size() != table.header_.size()) {
      return invalid(where, "has " + std::to_string(cells.size()) + " cells; the header has " + std::to_string(table.header_.size()));
    }
    table.cells_.push_back(std::move(cells));
    table.lines_.push_back(at);
  }
  if (table.header_.empty()) return invalid(table.name_, "is empty: a header line is needed");
  return table;
}

int Table::column(std::string_view column_name) const {
  const auto found = std::find(header_.begin(), header_.end(), column_name);
  return found == header_.end() ? -1 : static_cast<int>(found - header_.begin());
}

std::string_view Table::cell(std::size_t row, std::string_view column_name) const {
  const int at = column(column_name);
  return at < 0 ? std::string_view{} : std::string_view(cells_[row][static_cast<std::size_t>(at)]);
}

std::string Table::where(std::size_t row) const { return name_ + ":" + std::to_string(lines_[row]); }

}  // namespace greenlang::csv
