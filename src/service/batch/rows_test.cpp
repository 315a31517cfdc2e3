// Rows in, rows out: bad rows keep their place, and headers are not guessed.
#include "service/batch/rows.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "ledger/merkle.hpp"
#include "service/testing.hpp"

namespace greenlang::service {
namespace {

using testing::lines;
using testing::make_agent;

const std::string kHeader = "amount,unit,label,year";
const std::string kOutHeader = "amount,unit,label,year,weight_kg,per_year,note,source.id,error";

std::string header_error(std::string_view header) {
  const tool::Agent agent = make_agent();
  auto rows = open_rows(agent.tools[0], RowFormat::kCsv, header);
  return rows.ok() ? "" : rows.error().message;
}

RowsOut answer(std::string_view block, std::string_view header = kHeader, RowFormat format = RowFormat::kCsv) {
  const tool::Agent agent = make_agent();
  auto rows = open_rows(agent.tools[0], format, header);
  EXPECT_TRUE(rows.ok()) << rows.error().message;
  RowsOut out;
  (*rows)->answer(block, 2, out);
  return out;
}

// The only output row.
std::string row(std::string_view input) {
  const RowsOut out = answer(input);
  EXPECT_EQ(out.rows, 1u);
  return out.bytes;
}

TEST(Header, OfTheOutputFollowsTheInput) {
  const tool::Agent agent = make_agent();
  EXPECT_EQ((*open_rows(agent.tools[0], RowFormat::kCsv, kHeader))->header(), kOutHeader);
  EXPECT_EQ((*open_rows(agent.tools[0], RowFormat::kCsv, "\"site, no\", unit ,amount"))->header(),
            "\"site, no\",unit,amount,weight_kg,per_year,note,source.id,error");
  EXPECT_EQ((*open_rows(agent.tools[0], RowFormat::kNdjson, ""))->header(), "");
}

TEST(Header, IsRefusedWithAReason) {
  EXPECT_EQ(header_error(""), "the file is empty: a header line with column names is needed");
  EXPECT_EQ(header_error("amount,units"), "unknown column \"units\"; did you mean \"unit\"? Rename it if it is something else");
  EXPECT_EQ(header_error("Amount,unit"), "unknown column \"Amount\"; did you mean \"amount\"? Rename it if it is something else");
  EXPECT_EQ(header_error("amount,unit,amount"), "the column \"amount\" appears twice");
  EXPECT_EQ(header_error("amount,unit, amount"), "the column \"amount\" appears twice");
  EXPECT_EQ(header_error("amount,unit,weight_kg"),
            "the column \"weight_kg\" is one that the answer adds; rename it (is this an output file?)");
  EXPECT_EQ(header_error("amount,unit,source.id"),
            "the column \"source.id\" is one that the answer adds; rename it (is this an output file?)");
  EXPECT_EQ(header_error("amount,unit,error"), "the column \"error\" is one that the answer adds; rename it (is this an output file?)");
  EXPECT_EQ(header_error("amount,unit,"), "column 3 has no name");
  EXPECT_EQ(header_error("label,year"), "missing column \"amount\", \"unit\"");
  EXPECT_TRUE(header_error("amount,\"unit").starts_with("the header line: "));
  EXPECT_EQ(header_error("amount,unit,cost_centre,invoice no"), "");
  const tool::Agent agent = make_agent();
  EXPECT_NE(open_rows(agent.tools[1], RowFormat::kCsv, "loads").error().message.find("use NDJSON"), std::string::npos);
}

TEST(CsvRows, CarryTheRowAndItsAnswer) {
  EXPECT_EQ(row("2,t,van,2000\n"), "2,t,van,2000,2000,1,van,tonnes,\n");
  EXPECT_EQ(row("2,kg,,\r\n"), "2,kg,,,2,,,kilograms,\n");
  EXPECT_EQ(row("2,kg,\"a, \"\"b\"\"\",2000"), "2,kg,\"a, \"\"b\"\"\",2000,2,0.001,\"a, \"\"b\"\"\",kilograms,\n");
  EXPECT_EQ(row("2,kg,\"two\nlines\",\n"), "2,kg,\"two\nlines\",,2,,\"two\nlines\",kilograms,\n");
  EXPECT_EQ(answer("x,2,t\n", "site,amount,unit").bytes, "x,2,t,2000,,,tonnes,\n");
}

TEST(CsvRows, BadRowsKeepTheirPlace) {
  const RowsOut out = answer("1,kg,,\n2,lb,,\n-3,kg,,1980\n4,kg,refuse,\n5,kg\n\n6\"x,kg,,\n,kg,,\n7,kg,\xFF,\n8,kg,,\n");
  const auto rows = lines(out.bytes);
  ASSERT_EQ(rows.size(), 9u);
  EXPECT_EQ(out.rows, 9u);
  EXPECT_EQ(out.failed, 7u);
  EXPECT_EQ(rows[0], "1,kg,,,1,,,kilograms,");
  EXPECT_EQ(rows[1], "2,lb,,,,,,,\"line 3: /unit: unknown value \"\"lb\"\"; known: kg or t\"");
  EXPECT_EQ(rows[2], "-3,kg,,1980,,,,,line 4: /amount: must be at least 0; it is -3; /year: must be at least 1990; it is 1980");
  EXPECT_EQ(rows[3], "4,kg,refuse,,,,,,\"line 5: /label: is refused, \"\"really\"\"\"");
  EXPECT_EQ(rows[4], ",,,,,,,,\"line 6: malformed row: has 2 cells; the header has 4: 5,kg\"");
  EXPECT_EQ(rows[5], ",,,,,,,,\"line 8: malformed row: a quote inside an unquoted cell: 6\"\"x,kg,,\"");  // line 7 is blank
  EXPECT_EQ(rows[6], ",kg,,,,,,,line 9: /amount: is required but the cell is empty");
  EXPECT_EQ(rows[7], ",,,,,,,,line 10: malformed row: the row is not UTF-8 text");
  EXPECT_EQ(rows[8], "8,kg,,,8,,,kilograms,");
}

TEST(CsvRows, QuotedNewlinesCountAsLines) {
  const auto rows = lines(answer("1,kg,\"a\nb\nc\",\n2,lb,,\n").bytes);
  EXPECT_TRUE(rows.back().find("line 5: ") != std::string::npos) << rows.back();
}

TEST(CsvRows, AMalformedRowIsShownShortAndInWholeCharacters) {
  std::string long_row = "x";
  while (long_row.size() < 500) long_row += "\xE2\x82\xAC";
  const std::string out = row(long_row + "\n");
  EXPECT_TRUE(is_utf8(out));
  EXPECT_LT(out.size(), 300u);
}

TEST(CsvRows, OverlongRowsAreErrorRows) {
  const std::string fits = "1,kg," + std::string(kMaxRowBytes - 6, 'x') + ",";
  EXPECT_EQ(answer(fits + "\n").failed, 0u);
  const RowsOut out = answer(fits + "2000\n3,kg,,\n");
  EXPECT_EQ(out.failed, 1u);
  EXPECT_EQ(out.rows, 2u);
  EXPECT_LT(out.bytes.size(), 600u);
  EXPECT_NE(out.bytes.find("line 2: malformed row: the row is longer than 524288 bytes"), std::string::npos);
}

TEST(CsvRows, LeavesAreThoseOfTheRows) {
  const RowsOut out = answer("1,kg,\"a\nb\",\n2,lb,,\n");
  ASSERT_EQ(out.leaves.size(), 2u);
  Sha256 hash;
  EXPECT_EQ(out.leaves[0], ledger::leaf_hash(hash, "1,kg,\"a\nb\",,1,,\"a\nb\",kilograms,"));
}

TEST(CsvRows, SumUpGoodRowsByGroup) {
  const RowsOut out = answer("1,kg,,\n2,kg,,\n3,t,,\n4,lb,,\n");
  ASSERT_EQ(out.summary.size(), 2u);
  EXPECT_EQ(out.summary.at("kilograms").rows, 2u);
  EXPECT_EQ(out.summary.at("kilograms").sums, std::vector<double>{3});
  EXPECT_EQ(out.summary.at("tonnes").sums, std::vector<double>{3000});
  Summary total;
  add_to(total, out.summary);
  add_to(total, out.summary);
  EXPECT_EQ(total.at("kilograms").sums, std::vector<double>{6});
}

std::string ndjson(std::string_view block) { return answer(block, "", RowFormat::kNdjson).bytes; }

TEST(NdjsonRows, CarryInputAndOutput) {
  EXPECT_EQ(
      ndjson(" {\"unit\":\"t\", \"amount\": 2.0}\r\n"),
      "{\"input\":{\"amount\":2,\"unit\":\"t\"},\"output\":{\"note\":null,\"per_year\":null,\"source\":{\"id\":\"tonnes\"},\"weight_kg\":2000}}\n");
}

TEST(NdjsonRows, BadRowsKeepTheirPlace) {
  const auto rows = lines(ndjson(
      "{\"amount\":1,\"unit\":\"kg\"}\n{\"amount\":1,\n\n{\"amount\":1,\"units\":\"kg\"}\n7\n{\"amount\":1,\"amount\":2}\n\xFF\n{\"amount\":1,\"unit\":\"kg\"}"));
  ASSERT_EQ(rows.size(), 7u);
  EXPECT_EQ(rows[0], rows[6]);
  EXPECT_TRUE(rows[1].ends_with(",\"line\":3,\"raw\":\"{\\\"amount\\\":1,\"}")) << rows[1];
  EXPECT_NE(rows[2].find("did you mean \\\"unit\\\"?\",\"pointer\":\"/units\""), std::string::npos) << rows[2];
  EXPECT_TRUE(rows[2].find("\"line\":5") != std::string::npos) << rows[2];
  EXPECT_NE(rows[3].find("must be an object; it is a number"), std::string::npos);
  EXPECT_NE(rows[4].find("\"line\":7"), std::string::npos);
  EXPECT_TRUE(rows[5].ends_with("\"raw\":null}")) << rows[5];
  for (const std::string& one : rows) {
    auto parsed = json::parse(one);
    ASSERT_TRUE(parsed.ok()) << one;
    EXPECT_EQ(json::canonical(*parsed), one);
  }
}

TEST(NdjsonRows, OverlongRowsAreErrorRows) {
  const std::string text = "{\"amount\":1,\"unit\":\"kg\",\"label\":\"" + std::string(kMaxRowBytes, 'x') + "\"}\n";
  const RowsOut out = answer(text, "", RowFormat::kNdjson);
  EXPECT_EQ(out.failed, 1u);
  const tool::Agent agent = make_agent();
  auto rows = open_rows(agent.tools[0], RowFormat::kNdjson, "");
  RowsOut overlong;
  (*rows)->answer_overlong("{", 2, overlong);
  EXPECT_EQ(out.bytes, overlong.bytes);  // the same whoever notices
}

TEST(NdjsonRows, TakeNestedTools) {
  const tool::Agent agent = make_agent();
  auto rows = open_rows(agent.tools[1], RowFormat::kNdjson, "");
  ASSERT_TRUE(rows.ok());
  RowsOut out;
  (*rows)->answer("{\"loads\":[{\"amount\":1,\"unit\":\"t\"},{\"amount\":2,\"unit\":\"kg\"}]}\n", 1, out);
  EXPECT_TRUE(out.bytes.ends_with("\"output\":{\"weight_kg\":1002}}\n")) << out.bytes;
}

TEST(RowErrorText, JoinsErrors) { EXPECT_EQ(row_error_text({invalid("/a", "is bad"), invalid("", "worse")}), "/a: is bad; worse"); }

}  // namespace
}  // namespace greenlang::service
