// However the bytes arrive, the rows are the same.
#include "service/batch/splitter.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>

namespace greenlang::service {
namespace {

// What a reader sees in the blocks: every record with its line, or the start of a row that is too long.
std::vector<std::string> rows_of(const std::vector<RowBlock>& blocks, RowFormat format) {
  std::vector<std::string> out;
  for (const RowBlock& block : blocks) {
    std::uint64_t line = block.first_line;
    if (block.overlong) {
      out.push_back(std::to_string(line) + " too long: " + block.bytes);
      continue;
    }
    std::string_view rest = block.bytes;
    if (format == RowFormat::kNdjson) {
      for (; !rest.empty(); ++line) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        out.push_back(std::to_string(line) + " " + std::string(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
      continue;
    }
    csv::Reader reader(rest);
    csv::Record record;
    while (!reader.done()) {
      const bool ok = reader.next(record).ok();
      out.push_back(std::to_string(line) + (ok ? " ok " : " bad ") + std::string(record.raw));
      line += 1 + static_cast<std::uint64_t>(std::count(record.raw.begin(), record.raw.end(), '\n'));
    }
  }
  return out;
}

std::vector<RowBlock> split(std::string_view text, RowFormat format, std::size_t block_bytes, const std::function<std::size_t()>& piece) {
  std::vector<RowBlock> blocks;
  Splitter splitter(format, block_bytes, 2);
  const auto take = [&](RowBlock&& block) { blocks.push_back(std::move(block)); };
  while (!text.empty()) {
    const std::size_t size = std::min(std::max<std::size_t>(1, piece()), text.size());
    splitter.feed(text.substr(0, size), take);
    text.remove_prefix(size);
  }
  splitter.end(take);
  return blocks;
}

std::vector<RowBlock> whole(std::string_view text, RowFormat format, std::size_t block_bytes = 1 << 20) {
  return split(text, format, block_bytes, [] { return std::size_t{1} << 30; });
}

std::string any_text() {
  static const std::vector<std::string> kParts = {"a",
                                                  "1",
                                                  ",",
                                                  ",",
                                                  "\n",
                                                  "\n",
                                                  "\r\n",
                                                  "\"",
                                                  "\"\"",
                                                  "\"a,b\"",
                                                  "\"x\ny\"",
                                                  "\"never\n",
                                                  "\r",
                                                  " ",
                                                  "\xC3\xA9",
                                                  "\xFF",
                                                  std::string(1, '\0'),
                                                  "a\"b",
                                                  "\"q\"z",
                                                  "{\"a\":1}"};
  std::string out;
  for (const std::string& part : *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kParts))) out += part;
  return out;
}

RC_GTEST_PROP(SplitterProperty, RowsDoNotDependOnHowTheBytesArrive, ()) {
  const std::string text = any_text();
  const RowFormat format = *rc::gen::arbitrary<bool>() ? RowFormat::kCsv : RowFormat::kNdjson;
  const auto expected = rows_of(whole(text, format), format);
  const std::size_t block = *rc::gen::inRange<std::size_t>(1, 40);
  RC_ASSERT(rows_of(split(text, format, block, [] { return *rc::gen::inRange<std::size_t>(1, 20); }), format) == expected);
}

RC_GTEST_PROP(SplitterProperty, NoByteIsLost, ()) {
  const std::string text = any_text();
  std::string together;
  for (const RowBlock& block : split(text, RowFormat::kCsv, 8, [] { return *rc::gen::inRange<std::size_t>(1, 20); }))
    together += block.bytes;
  RC_ASSERT(together == text);
}

TEST(Splitter, NumbersLines) {
  const auto blocks = split("a\nb\nc\n\"d\ne\"\nf", RowFormat::kCsv, 1, [] { return std::size_t{1}; });
  EXPECT_EQ(rows_of(blocks, RowFormat::kCsv), (std::vector<std::string>{"2 ok a", "3 ok b", "4 ok c", "5 ok \"d\ne\"", "7 ok f"}));
}

TEST(Splitter, KeepsBlocksNearTheirSize) {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += "some,row\n";
  const auto blocks = split(text, RowFormat::kCsv, 1000, [] { return std::size_t{100}; });
  for (const RowBlock& block : blocks) EXPECT_LE(block.bytes.size(), 1100u);
  EXPECT_GT(blocks.size(), 80u);
}

// Rows around the limits, in any chunks and blocks.
TEST(Splitter, ALongRowIsOneRow) {
  for (const std::size_t size : {csv::kMaxRecordBytes - 2, csv::kMaxRecordBytes - 1, csv::kMaxRecordBytes, csv::kMaxRecordBytes + 1,
                                 csv::kMaxRecordBytes + 2, 3 * csv::kMaxRecordBytes}) {
    const std::string text = "a,1\n" + std::string(size, 'x') + "\nb,2\n";
    std::optional<std::vector<std::string>> expected;
    for (const std::size_t block : {std::size_t{100}, std::size_t{1} << 16, std::size_t{1} << 18}) {
      for (const std::size_t piece : {std::size_t{1000}, std::size_t{65536}, std::size_t{1} << 20, std::size_t{1} << 24}) {
        const auto rows = rows_of(split(text, RowFormat::kCsv, block, [=] { return piece; }), RowFormat::kCsv);
        ASSERT_EQ(rows.size(), 3u) << size << " " << block << " " << piece;
        EXPECT_EQ(rows[0], "2 ok a,1");
        EXPECT_EQ(rows[2], "4 ok b,2");
        if (!expected) expected = rows;
        EXPECT_TRUE(rows == *expected) << size << " " << block << " " << piece;
      }
    }
  }
}

// A row of a million bytes in pieces of one byte: looked through a few times, not a million times.
TEST(Splitter, SmallPiecesOfALongRowAreCheap) {
  const std::string text = std::string(900'000, 'x') + "\n\"" + std::string(900'000, 'y') + "\"\n";
  const auto rows = rows_of(split(text, RowFormat::kCsv, 1 << 16, [] { return std::size_t{1}; }), RowFormat::kCsv);
  EXPECT_EQ(rows.size(), 2u);
}

TEST(Splitter, AnOverlongRowShowsItsStartInWholeCharacters) {
  std::string text;
  while (text.size() < csv::kMaxRecordBytes + 10) text += "\xE2\x82\xAC";
  const auto blocks = whole("x" + std::string(198, 'y') + text, RowFormat::kNdjson, 1000);
  ASSERT_FALSE(blocks.empty());
  EXPECT_TRUE(blocks[0].overlong);
  EXPECT_EQ(blocks[0].bytes, "x" + std::string(198, 'y'));
}

TEST(Splitter, AQuoteThatNeverClosesLosesOnlyItsLine) {
  std::string text = "a,1\nb,\"oops\n";
  while (text.size() < 3 * csv::kMaxRecordBytes) text += "good,row\n";
  const auto rows = rows_of(split(text, RowFormat::kCsv, 1 << 16, [] { return std::size_t{1} << 16; }), RowFormat::kCsv);
  EXPECT_EQ(rows[0], "2 ok a,1");
  EXPECT_EQ(rows[1], "3 bad b,\"oops");
  EXPECT_EQ(rows[2], "4 ok good,row");
  for (std::size_t i = 2; i < rows.size(); ++i) ASSERT_TRUE(rows[i].ends_with(" ok good,row")) << i;
}

}  // namespace
}  // namespace greenlang::service
