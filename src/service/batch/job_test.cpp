// Whole files: the same bytes whatever the threads and blocks, and what cannot be read or written is said.
#include "service/batch/job.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <random>

#include "ledger/merkle.hpp"
#include "service/testing.hpp"

namespace greenlang::service {
namespace {

using testing::Batch;
using testing::File;
using testing::lines;
using testing::make_agent;
using testing::refusal;
using testing::run;

const std::string kOutHeader = "amount,unit,label,year,weight_kg,per_year,note,source.id,error\n";

// Good and bad rows of every kind, about `bytes` long.
std::string nasty_csv(std::size_t bytes) {
  static const std::string kRows[] = {
      "1,kg,van,2000\n", "2.5,t,,\r\n", "3,lb,,\n",    "4,kg,\"a, \"\"b\"\"\",\n",     "5,kg,\"two\nlines\",2020\n",
      "6,kg\n",          "\n",          "7\"x,kg,,\n", "8,kg,\xC3\xA9\xE2\x82\xAC,\n", "9,kg,\xFF,\n",
      "\"10\"x,kg,,\n",  "nan,kg,,\n",  ",,,\n"};
  std::mt19937 random(7);
  std::string out = "amount,unit,label,year\n";
  while (out.size() < bytes) out += kRows[random() % std::size(kRows)];
  out += "11,kg,\"never closed,\n12,kg,,\n" + std::string(300000, 'z') + "\n13,kg,last,2001";
  return out;
}

std::string ndjson_of(std::size_t bytes) {
  static const std::string kRows[] = {"{\"amount\":1,\"unit\":\"kg\"}\n",
                                      "{\"unit\":\"t\",\"amount\":2.5,\"label\":\"x\\ny\"}\r\n",
                                      "{\"amount\":\n",
                                      "\n",
                                      "[]\n",
                                      "\xFF\n"};
  std::mt19937 random(8);
  std::string out;
  while (out.size() < bytes) out += kRows[random() % std::size(kRows)];
  return out + "{\"amount\":9,\"unit\":\"kg\",\"label\":\"" + std::string(1200000, 'x') + "\"}\n{\"amount\":3,\"unit\":\"kg\"}";
}

void same_for_all(const std::string& input, RowFormat format) {
  const Batch first = run(input, {format, 1, 1 << 18});
  ASSERT_TRUE(first.report.ok()) << first.report.error().message;
  EXPECT_GT(first.report->rows, 1000u);
  EXPECT_GT(first.report->failed, 100u);
  for (const int workers : {1, 2, 4}) {
    for (const std::size_t block : {std::size_t{1000}, std::size_t{1} << 16, std::size_t{1} << 18, std::size_t{1} << 23}) {
      const Batch other = run(input, {format, workers, block});
      ASSERT_TRUE(other.report.ok());
      EXPECT_TRUE(other.output == first.output) << workers << " " << block;
      EXPECT_EQ(other.report->rows, first.report->rows);
      EXPECT_EQ(other.report->failed, first.report->failed);
      EXPECT_EQ(other.report->rows_root, first.report->rows_root);
      EXPECT_EQ(other.report->output_sha256, first.report->output_sha256);
      EXPECT_EQ(other.report->input_sha256, first.report->input_sha256);
    }
  }
  EXPECT_EQ(hex(first.report->input_sha256), hex(sha256(input)));
  EXPECT_EQ(hex(first.report->output_sha256), hex(sha256(first.output)));
  EXPECT_EQ(first.report->input_bytes, input.size());
  EXPECT_EQ(first.report->output_bytes, first.output.size());
}

TEST(Job, GivesTheSameBytesWithAnyThreadsAndBlocks) { same_for_all(nasty_csv(400'000), RowFormat::kCsv); }
TEST(Job, GivesTheSameBytesForNdjson) { same_for_all(ndjson_of(200'000), RowFormat::kNdjson); }

TEST(Job, ItsRootIsOverTheRows) {
  const Batch batch = run("amount,unit\n1,kg\n2,kg\n3,t\n");
  ASSERT_TRUE(batch.report.ok());
  const auto rows = lines(batch.output);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0], batch.report->header);
  std::vector<Digest> leaves;
  Sha256 hash;
  for (std::size_t i = 1; i < rows.size(); ++i) leaves.push_back(ledger::leaf_hash(hash, rows[i]));
  EXPECT_EQ(batch.report->rows_root, ledger::tree_root(leaves));
  EXPECT_EQ(batch.report->summary.at("kilograms").sums, std::vector<double>{3});
}

TEST(Job, AFileOfOnlyAHeaderHasNoRows) {
  for (const char* input : {"amount,unit,label,year\n", "amount,unit,label,year",
                            "\xEF\xBB\xBF"
                            "amount,unit,label,year\r\n\r\n"}) {
    const Batch batch = run(input);
    ASSERT_TRUE(batch.report.ok());
    EXPECT_EQ(batch.output, kOutHeader);
    EXPECT_EQ(batch.report->rows, 0u);
    EXPECT_EQ(batch.report->rows_root, sha256(""));  // RFC 6962: the root of nothing
  }
}

TEST(Job, FilesThatAreNotRowsAreRefused) {
  for (const RowFormat format : {RowFormat::kCsv, RowFormat::kNdjson}) {
    EXPECT_EQ(refusal("", format), "the file is empty");
    EXPECT_NE(refusal(std::string("\xFF\xFE"
                                  "a\0m\0",
                                  6),
                      format)
                  .find("UTF-16"),
              std::string::npos);
    EXPECT_NE(refusal(std::string("\xFE\xFF\0a\0m", 6), format).find("UTF-16"), std::string::npos);
    EXPECT_NE(refusal("PK\x03\x04 and so on", format).find("Excel"), std::string::npos);
    EXPECT_NE(refusal(std::string("\x7F"
                                  "ELF\0\0\0\n",
                                  8),
                      format)
                  .find("binary"),
              std::string::npos);
  }
  EXPECT_NE(refusal("\xEF\xBB\xBF").find("empty"), std::string::npos);
  EXPECT_NE(refusal("\n\n").find("empty"), std::string::npos);
  EXPECT_NE(refusal("amount,units\n1,kg\n").find("did you mean \"unit\""), std::string::npos);
  EXPECT_NE(refusal(std::string(3 << 20, 'x')).find("longer than 1 MiB"), std::string::npos);
}

TEST(Job, AByteOrderMarkIsNoPartOfTheFirstColumnOrRow) {
  EXPECT_EQ(run("\xEF\xBB\xBF"
                "amount,unit\n1,kg\n")
                .output,
            run("amount,unit\n1,kg\n").output);
  EXPECT_EQ(run("\xEF\xBB\xBF{\"amount\":1,\"unit\":\"kg\"}\n", {RowFormat::kNdjson}).report->failed, 0u);
}

struct Pipe {
  int ends[2];
  Pipe() { GL_CHECK(::pipe(ends) == 0); }
  ~Pipe() {
    close_in();
    ::close(ends[0]);
  }
  void close_in() {
    if (ends[1] >= 0) ::close(std::exchange(ends[1], -1));
  }
};

TEST(Job, ReadsPipesInAnyPieces) {
  const std::string input = nasty_csv(100'000);
  const Batch expected = run(input);
  Pipe pipe;
  const File out;
  std::thread writer([&] {
    std::mt19937 random(3);
    std::string_view rest = input;
    while (!rest.empty()) {
      const ssize_t put = ::write(pipe.ends[1], rest.data(), std::min<std::size_t>(rest.size(), 1 + random() % 5000));
      rest.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(put, 0)));
    }
    pipe.close_in();
  });
  const tool::Agent agent = make_agent();
  const std::atomic<bool> stop{false};
  auto report = run_batch(agent.tools[0], pipe.ends[0], out.fd(), {RowFormat::kCsv, 3, 5000}, {}, stop);
  writer.join();
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_TRUE(out.bytes() == expected.output);
  EXPECT_EQ(report->input_sha256, expected.report->input_sha256);
}

TEST(Job, AFullDiskIsUnavailable) {
  const File in(nasty_csv(2'000'000));
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  const tool::Agent agent = make_agent();
  const std::atomic<bool> stop{false};
  auto report = run_batch(agent.tools[0], in.fd(), full, {RowFormat::kCsv, 4, 1000}, {}, stop);
  ::close(full);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(report.error().message.find("writing the output failed: No space left"), std::string::npos) << report.error().message;
}

TEST(Job, AFailingReadIsUnavailable) {
  const int directory = ::open("/tmp", O_RDONLY | O_CLOEXEC);  // reading it fails with EISDIR
  const File out;
  const tool::Agent agent = make_agent();
  const std::atomic<bool> stop{false};
  auto report = run_batch(agent.tools[0], directory, out.fd(), {}, {}, stop);
  ::close(directory);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kUnavailable);
}

TEST(Job, AFileThatGrowsMeanwhileIsAConflict) {
  const File in(nasty_csv(3'000'000)), out;
  const tool::Agent agent = make_agent();
  const std::atomic<bool> stop{false};
  bool grown = false;
  const auto grow = [&](const BatchReport&) {
    if (std::exchange(grown, true)) return;
    GL_CHECK(::pwrite(in.fd(), "1,kg,,\n", 7, ::lseek(in.fd(), 0, SEEK_CUR) + 50'000'000) == 7);
  };
  auto report = run_batch(agent.tools[0], in.fd(), out.fd(), {RowFormat::kCsv, 1, 10000}, grow, stop);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kConflict);
  EXPECT_NE(report.error().message.find("changed while it was read"), std::string::npos);
}

TEST(Job, AFileThatIsCutMeanwhileIsAConflict) {
  const File in(nasty_csv(3'000'000)), out;
  const tool::Agent agent = make_agent();
  const std::atomic<bool> stop{false};
  auto report = run_batch(
      agent.tools[0], in.fd(), out.fd(), {RowFormat::kCsv, 1, 10000},
      [&](const BatchReport&) { GL_CHECK(::ftruncate(in.fd(), 1000) == 0); }, stop);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kConflict);
}

TEST(Job, StopsInTheMiddle) {
  const File in(nasty_csv(3'000'000)), out;
  const tool::Agent agent = make_agent();
  std::atomic<bool> stop{false};
  auto report = run_batch(
      agent.tools[0], in.fd(), out.fd(), {RowFormat::kCsv, 2, 1000}, [&](const BatchReport&) { stop = true; }, stop);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kInterrupted);
  EXPECT_LT(out.bytes().size(), 1'000'000u);
}

// Ctrl-C while a pipe is silent, before and after its header line.
TEST(Job, StopsWhileAPipeIsSilent) {
  for (const std::string begin : {"", "amount,unit\n1,kg\n"}) {
    Pipe pipe;
    ASSERT_EQ(::write(pipe.ends[1], begin.data(), begin.size()), static_cast<ssize_t>(begin.size()));
    const File out;
    const tool::Agent agent = make_agent();
    std::atomic<bool> stop{false};
    std::thread stopper([&] { stop = true; });
    auto report = run_batch(agent.tools[0], pipe.ends[0], out.fd(), {}, {}, stop);
    stopper.join();
    ASSERT_FALSE(report.ok());
    EXPECT_EQ(report.error().code, ErrorCode::kInterrupted);
  }
}

TEST(Job, TellsItsProgress) {
  const File in(nasty_csv(4'000'000)), out;
  const tool::Agent agent = make_agent();
  const std::atomic<bool> stop{false};
  std::uint64_t rows = 0, calls = 0;
  auto report = run_batch(
      agent.tools[0], in.fd(), out.fd(), {RowFormat::kCsv, 2, 10000},
      [&](const BatchReport& so_far) {
    EXPECT_GE(so_far.rows, rows);
    rows = so_far.rows;
    ++calls;
      },
      stop);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(rows, report->rows);
  EXPECT_GT(calls, 10u);
}

}  // namespace
}  // namespace greenlang::service
