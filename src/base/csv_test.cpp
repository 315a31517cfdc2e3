#include "base/csv.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/csv_table.hpp"

namespace greenlang::csv {
namespace {

std::vector<std::vector<std::string>> read_all(std::string_view text, int* errors = nullptr) {
  std::vector<std::vector<std::string>> out;
  Reader reader(text);
  Record record;
  while (!reader.done()) {
    const auto read = reader.next(record);
    if (!read && errors != nullptr) ++*errors;
    if (read) out.emplace_back(record.cells.begin(), record.cells.end());
  }
  return out;
}

using Rows = std::vector<std::vector<std::string>>;

TEST(Csv, Rfc4180) {
  EXPECT_EQ(read_all("a,b\r\nc,d\n"), (Rows{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(read_all("a,\"b,\"\"c\"\"\nd\",\n"), (Rows{{"a", "b,\"c\"\nd", ""}}));
  EXPECT_EQ(read_all("last line without end"), (Rows{{"last line without end"}}));
  EXPECT_EQ(read_all("\"q\"\r\n\"r\""), (Rows{{"q"}, {"r"}}));
  EXPECT_EQ(read_all("a,b\r\n\r\nc,d"), (Rows{{"a", "b"}, {""}, {"c", "d"}}));
}

TEST(Csv, AMalformedRecordCostsOnlyItself) {
  int errors = 0;
  EXPECT_EQ(read_all("a,5\" pipe\nb,c\n\"x\"y,z\nd,e\n\"never closed\nf,g\n", &errors), (Rows{{"b", "c"}, {"d", "e"}, {"f", "g"}}));
  EXPECT_EQ(errors, 3);
}

TEST(Csv, LastRecordEnd) {
  EXPECT_EQ(last_record_end("a,b\nc"), 4u);
  EXPECT_EQ(last_record_end("abc"), 0u);
  EXPECT_EQ(last_record_end("\"a\nb"), 0u);
  EXPECT_EQ(last_record_end("\"a\n\"\"b\"\nx"), 8u);
  EXPECT_EQ(last_record_end("5\" pipe\nx"), 8u);  // a quote inside a plain cell opens nothing
}

RC_GTEST_PROP(Csv, WrittenCellsReadBack, (std::vector<std::string> cells)) {
  RC_PRE(!cells.empty());
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.push_back(',');
    append_cell(line, cells[i]);
  }
  line.push_back('\n');
  if (line == "\n") return;  // one empty cell is an empty line
  const Rows rows = read_all(line);
  RC_ASSERT(rows.size() == 1u);
  RC_ASSERT(rows[0] == cells);
}

// Splitting a text where last_record_end says must not change what is read.
RC_GTEST_PROP(Csv, BlocksReadLikeTheWhole, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::element('a', ',', '"', '\n', '\r', 'b'));
  const auto cut = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
  const std::size_t end = last_record_end(std::string_view(text).substr(0, cut));
  int whole_errors = 0, part_errors = 0;
  const Rows whole = read_all(text, &whole_errors);
  Rows parts = read_all(std::string_view(text).substr(0, end), &part_errors);
  for (auto& row : read_all(std::string_view(text).substr(end), &part_errors)) parts.push_back(row);
  RC_ASSERT(parts == whole);
  RC_ASSERT(part_errors == whole_errors);
}

TEST(CsvTable, NamesFileAndLine) {
  EXPECT_EQ(Table::read("f.csv", "a,b\n1,2\n").value().cell(0, "b"), "2");
  EXPECT_EQ(Table::read("f.csv", "a,b\n1\n").error().path, "f.csv:2");
  EXPECT_EQ(Table::read("f.csv", "a,a\n").error().path, "f.csv:1");
  EXPECT_FALSE(Table::read("f.csv", "").ok());
  EXPECT_FALSE(Table::read("f.csv", "\xFF\xFE").ok());
}

}  // namespace
}  // namespace greenlang::csv
