// Files of a ledger that were damaged, replaced, or left behind by a process that was killed: what must be refused,
// and what must not.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/sqlite_store.hpp"
#include "adapters/sqlite/testing.hpp"
#include "ledger/note.hpp"

namespace greenlang::adapters::sqlite {
namespace {

class SqliteDamage : public SqliteStore {};

TEST_F(SqliteDamage, ADamagedKeyIsCorrupt) {
  fill(3);
  std::string good;
  std::getline(std::ifstream(file("ledger.key")), good);
  std::string flipped = good;
  flipped[good.size() - 10] = good[good.size() - 10] == 'A' ? 'B' : 'A';
  for (const std::string& text : {std::string(), std::string("garbage\n"), flipped, std::string(5000, 'x')}) {
    std::ofstream(file("ledger.key")) << text;
    const Error error = open_error();
    EXPECT_EQ(error.code, ErrorCode::kCorrupt) << text;
    EXPECT_EQ(error.path, file("ledger.key"));
    EXPECT_EQ(verdict(), "ok") << "reading needs no key";
  }
  std::ofstream(file("ledger.key")) << good << "\n";
  EXPECT_EQ(open()->size(), 3u);
}

TEST_F(SqliteDamage, AKeyBesideSomethingElseThanItsLedgerIsCorrupt) {
  const char* const kOthers[] = {
      "",                                                       // an emptied file
      "CREATE TABLE t(x); INSERT INTO t VALUES(1)",             // a foreign one
      "PRAGMA application_id = 1198288999; CREATE TABLE t(x)",  // it claims to be ours
      nullptr,                                                  // ours, without its row
  };
  for (const char* sql : kOthers) {
    std::filesystem::remove_all(directory_);
    fill(3);
    if (sql == nullptr) {
      tamper("DELETE FROM ledger");
    } else {
      std::filesystem::remove(file("ledger.db"));
      std::ofstream(file("ledger.db")).flush();
      ASSERT_TRUE(Connection::open(file("ledger.db"), OpenMode::kReadWrite, 1000)->execute(sql).ok());
    }
    const std::string before = bytes("ledger.db"), key = bytes("ledger.key");
    for (const Error& error : {open_error(), open_reader(directory_).error()}) {
      EXPECT_EQ(error.code, ErrorCode::kCorrupt) << error.message;
      EXPECT_EQ(error.path, file("ledger.db"));
    }
    EXPECT_EQ(bytes("ledger.db"), before);
    EXPECT_EQ(bytes("ledger.key"), key);
  }
}

TEST_F(SqliteDamage, AForeignDatabaseIsNotTouched) {
  std::filesystem::create_directories(directory_);
  ASSERT_TRUE(Connection::open(file("ledger.db"), OpenMode::kReadWriteCreate, 1000)->execute("CREATE TABLE t(x)").ok());
  const std::string before = bytes("ledger.db");
  EXPECT_EQ(open_error().code, ErrorCode::kInvalid);
  EXPECT_EQ(bytes("ledger.db"), before);
}

// The files as they are when a first start is killed between any two of its steps.
TEST_F(SqliteDamage, AKilledFirstStartGoesOn) {
  const auto starts_and_keeps = [&](const std::string& what) {
    { ASSERT_TRUE(open()->append(make_entries(0, 3), 1).ok()) << what; }
    EXPECT_EQ(open()->size(), 3u) << what;
    EXPECT_EQ(verdict(), "ok") << what;
    EXPECT_FALSE(std::filesystem::exists(file("ledger.key.tmp"))) << what;
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  };
  const auto run = [&](const char* sql) {
    ASSERT_TRUE(Connection::open(file("ledger.db"), OpenMode::kReadWriteCreate, 1000)->execute(sql).ok());
  };
  std::filesystem::create_directories(directory_);
  starts_and_keeps("the folder alone");
  std::ofstream(file("ledger.lock")) << "1234\n";
  starts_and_keeps("the lock");
  std::ofstream(file("ledger.db")).flush();
  starts_and_keeps("an empty database");
  run("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL");
  starts_and_keeps("no tables");
  { open(); }
  run("DELETE FROM ledger; DELETE FROM checkpoints");
  std::filesystem::remove(file("ledger.key"));
  starts_and_keeps("no row");
  { open(); }
  run("DELETE FROM ledger; DELETE FROM checkpoints");
  std::filesystem::rename(file("ledger.key"), file("ledger.key.tmp.new"));
  starts_and_keeps("a key that is being written");
  EXPECT_FALSE(std::filesystem::exists(file("ledger.key.tmp.new")));
  { open(); }
  run("DELETE FROM ledger; DELETE FROM checkpoints");
  std::filesystem::rename(file("ledger.key"), file("ledger.key.tmp"));
  starts_and_keeps("a key that no row names");
  { open(); }
  const std::string key = bytes("ledger.key");
  std::filesystem::rename(file("ledger.key"), file("ledger.key.tmp"));
  { EXPECT_EQ(open()->size(), 0u); }
  EXPECT_EQ(bytes("ledger.key"), key);
  std::filesystem::rename(file("ledger.key"), file("ledger.key.tmp"));
  starts_and_keeps("a key that the row names");
  { open(); }
  std::filesystem::remove(file("ledger.key"));
  ASSERT_TRUE(ledger::SigningKey::generate(kOrigin)->save(file("ledger.key.tmp")).ok());
  EXPECT_NE(open_error().message.find("key is missing"), std::string::npos) << "another key is not adopted";
}

TEST_F(SqliteDamage, AFileThatIsCutIsCorrupt) {
  fill(100);
  const std::uintmax_t size = std::filesystem::file_size(file("ledger.db"));
  EXPECT_EQ(size % 8192, 0u);
  for (const std::uintmax_t now : {size - 1, size - 8191, std::uintmax_t{8193}, std::uintmax_t{300}, size + 1}) {
    std::filesystem::resize_file(file("ledger.db"), now);
    for (const Error& error : {open_error(), open_reader(directory_).error()}) {
      EXPECT_EQ(error.code, ErrorCode::kCorrupt) << now;
      EXPECT_NE(error.message.find("not a multiple"), std::string::npos) << error.message;
    }
    EXPECT_EQ(std::filesystem::file_size(file("ledger.db")), now);
  }
}

// Files of a writer that was killed, copied while it is open.
class KilledStore : public SqliteDamage {
 protected:
  void SetUp() override {
    SqliteDamage::SetUp();
    const std::unique_ptr<Store> store = open();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(store->append(make_entries(i, 1), i).ok());
    std::filesystem::copy(directory_, killed());
  }
  void TearDown() override {
    SqliteDamage::TearDown();
    std::filesystem::remove_all(killed());
  }
  // Puts the killed writer's files back.
  void restore() {
    std::filesystem::remove_all(directory_);
    std::filesystem::copy(killed(), directory_);
    std::filesystem::remove(file("ledger.db-shm"));
  }
  void flip(const char* name, std::size_t at) {
    std::fstream out(file(name), std::ios::in | std::ios::out | std::ios::binary);
    const char was = bytes(name)[at];
    out.seekp(static_cast<std::streamoff>(at));
    out.put(static_cast<char>(was ^ 0x10));
  }
  std::filesystem::path killed() const { return directory_.string() + "_killed"; }
};

TEST_F(KilledStore, DamageBeforeTheLastTransactionIsNamedAndNothingIsWritten) {
  restore();
  EXPECT_EQ(open_reader(directory_).value()->size(), 5u);
  const std::size_t length = bytes("ledger.db-wal").size();
  for (const std::size_t at : {std::size_t{20}, std::size_t{4000}, length / 2}) {
    restore();
    flip("ledger.db-wal", at);
    const std::string db = bytes("ledger.db"), wal = bytes("ledger.db-wal");
    for (const Error& error : {open_error(), open_reader(directory_).error()}) {
      EXPECT_EQ(error.code, ErrorCode::kCorrupt) << at;
      EXPECT_EQ(error.path, file("ledger.db-wal"));
    }
    EXPECT_EQ(bytes("ledger.db"), db);
    EXPECT_EQ(bytes("ledger.db-wal"), wal);
  }
  restore();
  flip("ledger.db-wal", length - 100);  // a torn tail
  EXPECT_EQ(open_reader(directory_).value()->size(), 4u);
  EXPECT_EQ(open()->size(), 4u);
}

TEST_F(KilledStore, ALogWithoutItsDatabaseIsCorruptAndNotDeleted) {
  for (const bool with_key : {true, false}) {
    restore();
    std::filesystem::resize_file(file("ledger.db"), 0);
    if (!with_key) std::filesystem::remove(file("ledger.key"));
    const std::string wal = bytes("ledger.db-wal");
    EXPECT_EQ(open_error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(open_reader(directory_).error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(bytes("ledger.db-wal"), wal);
  }
}

TEST_F(KilledStore, APageThatWasBeingCopiedFromTheLogMayBeCut) {
  restore();
  std::filesystem::resize_file(file("ledger.db"), 8192 + 4096);  // the log holds page 2
  EXPECT_EQ(open_reader(directory_).value()->size(), 5u);
  EXPECT_EQ(open()->size(), 5u);
  EXPECT_EQ(verdict(), "ok");
}

}  // namespace
}  // namespace greenlang::adapters::sqlite
