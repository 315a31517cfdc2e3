#include "adapters/sqlite/wal_scan.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "adapters/sqlite/connection.hpp"

namespace greenlang::adapters::sqlite {
namespace {

constexpr std::size_t kPage = 512;
constexpr std::size_t kFrame = kPage + kWalFrameHeaderBytes;

std::string fault_of(const std::string& wal) {
  if (wal.size() < kWalHeaderBytes) return {};
  WalScan scan(std::string_view(wal).substr(0, kWalHeaderBytes), {.page_bytes = kPage});
  const std::size_t frame = scan.frame_bytes();
  for (std::size_t at = kWalHeaderBytes; at + frame <= wal.size(); at += frame) scan.add({wal.data() + at, frame});
  return scan.fault();
}

// Write-ahead logs as SQLite writes them.
class WalScanning : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() / ("wal_scan_test_" + std::to_string(::getpid()));
    remove();
    Result<Connection> db = Connection::open(path_, OpenMode::kReadWriteCreate, 1000);
    ASSERT_TRUE(db.ok());
    db_ = std::make_unique<Connection>(std::move(*db));
    execute("PRAGMA page_size = 512; PRAGMA journal_mode = WAL; CREATE TABLE t(x); CREATE INDEX i ON t(x)");
  }
  void TearDown() override {
    db_.reset();
    remove();
  }
  void execute(const char* sql) {
    const Result<void> done = db_->execute(sql);
    ASSERT_TRUE(done.ok()) << done.error().message;
  }
  void insert(int bytes) { execute(("INSERT INTO t VALUES(hex(randomblob(" + std::to_string(bytes / 2) + ")))").c_str()); }
  std::string wal() const {
    std::ifstream in(path_ + "-wal", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void remove() const {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
  }
  // Where each transaction ends, in a log without remains.
  static std::vector<std::size_t> ends(const std::string& wal) {
    std::vector<std::size_t> out;
    for (std::size_t at = kWalHeaderBytes; at + kFrame <= wal.size(); at += kFrame) {
      if (wal.substr(at + 4, 4) != std::string(4, '\0')) out.push_back(at + kFrame);
    }
    return out;
  }

  std::string path_;
  std::unique_ptr<Connection> db_;
};

TEST_F(WalScanning, EveryChangedByteIsFoundUnlessItIsInTheLastTransaction) {
  for (const int bytes : {20, 1500, 20, 1500}) insert(bytes);  // one and several frames, also at the end
  const std::string good = wal();
  const std::vector<std::size_t> marks = ends(good);
  ASSERT_GE(marks.size(), 6u);
  ASSERT_EQ(marks.back(), good.size());
  int flips = 0, strict = 0;  // in the last transaction
  // Whole, and after each transaction, as if the process had been killed there.
  for (std::size_t kept = 1; kept <= marks.size(); ++kept) {
    std::string log = good.substr(0, marks[kept - 1]);
    ASSERT_EQ(fault_of(log), "") << kept;
    const std::size_t last = kept == 1 ? kWalHeaderBytes : marks[kept - 2];
    for (std::size_t at = 0; at < log.size(); ++at) {
      for (const int change : {0x01, 0x04, 0x10, 0x80, 0xff, int{static_cast<unsigned char>(log[at])}}) {
        if (change == 0) continue;
        log[at] = static_cast<char>(log[at] ^ change);
        const bool found = !fault_of(log).empty();
        ASSERT_TRUE(found || at >= last) << "byte " << at << " ^ " << change << ", " << kept << " kept";
        flips += at >= last ? 1 : 0;
        strict += found && at >= last ? 1 : 0;
        log[at] = static_cast<char>(log[at] ^ change);
      }
    }
  }
  // Nearly all; a bit may be wrong in a way that the loss of a commit mark would explain as well.
  EXPECT_LT(strict, flips / 100) << "of " << flips;
}

TEST_F(WalScanning, NamesTheFrameOrTheHeader) {
  for (int i = 0; i < 3; ++i) insert(20);
  std::string log = wal();
  log[kWalHeaderBytes + kFrame + 100] ^= 1;
  EXPECT_NE(fault_of(log).find("frame 2 "), std::string::npos) << fault_of(log);
  log[3] ^= 1;
  EXPECT_NE(fault_of(log).find("header"), std::string::npos) << fault_of(log);
}

TEST_F(WalScanning, ALogThatIsCutAnywhereIsATornTail) {
  for (const int bytes : {20, 1500, 20}) insert(bytes);
  const std::string good = wal();
  for (std::size_t size = 0; size <= good.size(); ++size) ASSERT_EQ(fault_of(good.substr(0, size)), "") << size;
}

TEST_F(WalScanning, HolesAreFoundUnlessTheyAreInTheLastTransaction) {
  for (const int bytes : {1500, 1500, 1500, 1500}) insert(bytes);
  const std::string good = wal();
  const std::vector<std::size_t> marks = ends(good);
  for (std::size_t at = 0; at < good.size(); at += 64) {
    for (const std::size_t length : {std::size_t{64}, kFrame, std::size_t{1200}}) {
      std::string log = good;
      const std::size_t count = std::min(length, good.size() - at);
      log.replace(at, count, count, '\0');
      if (log == good) continue;
      // What reaches over the last mark but one, with the salts there, leaves one transaction with a hole.
      const bool before = at < marks[marks.size() - 3], within = at >= marks[marks.size() - 2];
      ASSERT_TRUE((!before && !within) || fault_of(log).empty() == within) << at << " + " << count;
    }
  }
  EXPECT_EQ(fault_of(std::string(good.size(), '\0')), "") << "nothing is left to tell that it was a log";
}

TEST_F(WalScanning, RemainsOfAnOlderRoundAreNotDamage) {
  for (int i = 0; i < 10; ++i) insert(1500);
  const std::size_t full = wal().size();
  execute("PRAGMA wal_checkpoint(RESTART)");
  EXPECT_EQ(fault_of(wal()), "");
  for (int i = 0; i < 3; ++i) insert(20);
  std::string log = wal();
  ASSERT_EQ(log.size(), full);
  EXPECT_EQ(fault_of(log), "");
  log[kWalHeaderBytes + 200] ^= 1;
  EXPECT_NE(fault_of(log), "");
}

TEST_F(WalScanning, RemainsOfATransactionThatWasRolledBackAreNotDamage) {
  execute("PRAGMA cache_size = 2; BEGIN");
  for (int i = 0; i < 20; ++i) insert(1500);  // more than the cache holds: it spills into the log
  execute("ROLLBACK");
  const std::size_t full = wal().size();
  ASSERT_GT(full, 20 * kFrame);
  for (int i = 0; i < 3; ++i) {
    insert(20);
    ASSERT_EQ(wal().size(), full);
    EXPECT_EQ(fault_of(wal()), "");
  }
}

TEST_F(WalScanning, AWatchedPageCountsWhenItIsCommitted) {
  insert(20);
  const std::string log = wal();
  const auto committed = [](const std::string& bytes, std::uint32_t page) {
    WalScan scan(std::string_view(bytes).substr(0, kWalHeaderBytes), {.page_bytes = kPage, .watched_page = page});
    for (std::size_t at = kWalHeaderBytes; at + kFrame <= bytes.size(); at += kFrame) scan.add({bytes.data() + at, kFrame});
    return scan.watched_page_committed();
  };
  EXPECT_TRUE(committed(log, 1));
  EXPECT_TRUE(committed(log, 2));
  EXPECT_FALSE(committed(log, 99));
  EXPECT_FALSE(committed(log.substr(0, kWalHeaderBytes + kFrame), 1));  // its transaction has another frame
}

}  // namespace
}  // namespace greenlang::adapters::sqlite
