#include "adapters/sqlite/sqlite_store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/testing.hpp"
#include "ledger/log.hpp"
#include "ledger/memory_store.hpp"
#include "ledger/verify.hpp"

namespace greenlang::adapters::sqlite {
namespace {

TEST_F(SqliteStore, KeepsEverythingAcrossReopening) {
  fill(600);
  const std::unique_ptr<Store> store = open();
  EXPECT_EQ(store->size(), 600u);
  EXPECT_EQ(store->origin(), kOrigin);
  const Result<ledger::Record> record = store->record(45);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->body, "{\"n\":45}");
  EXPECT_EQ(record->caller, "alice");
  EXPECT_EQ(record->time_ms, 40);
  EXPECT_EQ(store->record(600).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store->hashes(0, 599, 2).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store->hashes(1, 0, 2)->size(), 2u);
  EXPECT_EQ(store->hashes(1, 0, 3).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store->hashes(0, ~std::uint64_t{0}, 2).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(store->records(~std::uint64_t{0}, 1)->empty());
  EXPECT_EQ(ledger::verify_log(*store)->entries, 600u);
}

TEST_F(SqliteStore, GivesTheSameBytesAsTheMemoryStore) {
  std::unique_ptr<Store> store = open();
  ledger::MemoryStore memory(std::move(*ledger::SigningKey::load(file("ledger.key"))));
  int next = 0;
  for (const int count : {1, 2, 3, 250, 1, 255, 256, 257, 7, 1000}) {
    std::vector<NewEntry> entries = make_entries(next, count);
    entries.push_back(make_entry("{\"n\":0}", "k0"));  // a replay
    entries.push_back(make_entry("another", "k0"));    // a conflict
    next += count;
    const auto ours = store->append(entries, 5), theirs = memory.append(entries, 5);
    ASSERT_TRUE(ours.ok() && theirs.ok());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      ASSERT_EQ((*ours)[i].ok(), (*theirs)[i].ok());
      if (!(*ours)[i].ok()) continue;
      EXPECT_EQ((*ours)[i]->index, (*theirs)[i]->index);
      EXPECT_EQ((*ours)[i]->replayed, (*theirs)[i]->replayed);
    }
    EXPECT_EQ(*store->checkpoint(), *memory.checkpoint());
    if (count == 250) {  // also when it was reopened in between
      store.reset();
      store = open();
    }
  }
  EXPECT_EQ(*store->hashes(1, 0, next / 256), *memory.hashes(1, 0, next / 256));
  EXPECT_EQ(store->checkpoints(0, 100)->size(), memory.checkpoints(0, 100)->size());
}

TEST_F(SqliteStore, IdempotencyKeysLastAndABatchOfReplaysWritesNothing) {
  { ASSERT_TRUE(open()->append(std::vector{make_entry("a", "k")}, 1).ok()); }
  const std::unique_ptr<Store> store = open();
  const std::string before = *store->checkpoint();
  const auto again = store->append(std::vector{make_entry("a", "k"), make_entry("b", "k")}, 2);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)[0]->index, 0u);
  EXPECT_TRUE((*again)[0]->replayed);
  EXPECT_EQ((*again)[1].error().code, ErrorCode::kConflict);
  EXPECT_EQ(*store->checkpoint(), before);
  const auto other = store->append(std::vector{make_entry("b", "k", "bob")}, 2);
  EXPECT_EQ((*other)[0]->index, 1u);
}

TEST_F(SqliteStore, TextIsKeptByteForByte) {
  const std::string body("a\0b\xff'\"\n", 7), caller("c\0d", 3);
  const std::unique_ptr<Store> store = open();
  ASSERT_TRUE(store->append(std::vector{make_entry(body, {}, caller), make_entry("", {}, "")}, 1).ok());
  EXPECT_EQ(store->record(0)->body, body);
  EXPECT_EQ(store->record(0)->caller, caller);
  EXPECT_EQ(store->record(1)->body, "");
}

TEST_F(SqliteStore, CorruptionIsFoundAndNamed) {
  const struct {
    const char* sql;
    const char* verdict;
    const char* open_message;  // empty: opening is too cheap to notice, verify is not
  } kCases[] = {
      {"UPDATE entries SET body = '{}' WHERE idx = 17", "entries/17", ""},
      {"UPDATE entries SET leaf = zeroblob(32) WHERE idx = 18", "entries/18", ""},
      {"UPDATE entries SET leaf = zeroblob(32) WHERE idx = 599", "entries/599", "root of the stored nodes differs"},
      {"UPDATE entries SET leaf = zeroblob(31) WHERE idx = 599", "entries/599", "not 32 bytes"},
      {"UPDATE nodes SET hash = zeroblob(32) WHERE idx = 1", "nodes/1/1", "root of the stored nodes differs"},
      {"UPDATE nodes SET hash = x'00' WHERE idx = 1", "nodes/1/1", "not 32 bytes"},
      {"DELETE FROM nodes WHERE idx = 0", "nodes/1/0", "missing"},
      {"DELETE FROM entries WHERE idx = 100", "entries/100", ""},
      {"DELETE FROM entries WHERE idx = 599", "entries/599", "covers 600 entries, but the log holds 599"},
      {"DELETE FROM checkpoints WHERE size = 600", "checkpoints/580", "covers 580 entries, but the log holds 600"},
      {"DELETE FROM checkpoints", "checkpoints", "has no checkpoint"},
      {"UPDATE checkpoints SET note = replace(note, '600', '601') WHERE size = 600", "checkpoints", "is not valid"},
      {"UPDATE checkpoints SET note = replace(note, '40', '41') WHERE size = 40", "checkpoints/40", ""},
      {"UPDATE ledger SET verifier = replace(verifier, 'A', 'B')", "verifier", "not the key that signed"},
  };
  for (const auto& one : kCases) {
    std::filesystem::remove_all(directory_);
    fill(600);
    tamper(one.sql);
    EXPECT_EQ(verdict(), one.verdict) << one.sql;
    if (std::string_view(one.open_message).empty()) {
      EXPECT_TRUE(open_store(directory_, kOrigin).ok()) << one.sql;
      continue;
    }
    const Error error = open_error();
    EXPECT_EQ(error.code, ErrorCode::kCorrupt) << one.sql;
    EXPECT_NE(error.message.find(one.open_message), std::string::npos) << one.sql << ": " << error.message;
  }
}

TEST_F(SqliteStore, ADamagedFileIsCorruptOrNotALedger) {
  fill(100);
  {
    std::fstream db(file("ledger.db"), std::ios::in | std::ios::out | std::ios::binary);
    db.seekp(0);
    db << "garbage garbage ";
  }
  EXPECT_EQ(open_error().code, ErrorCode::kCorrupt);
  std::filesystem::remove_all(directory_);
  std::filesystem::create_directories(directory_);
  Result<Connection> other = Connection::open(file("ledger.db"), OpenMode::kReadWriteCreate, 1000);
  ASSERT_TRUE(other->execute("CREATE TABLE t(x)").ok());
  EXPECT_EQ(open_error().code, ErrorCode::kInvalid);
  EXPECT_EQ(open_reader(directory_).error().code, ErrorCode::kInvalid);
}

TEST_F(SqliteStore, KeyLedgerAndOriginBelongTogether) {
  fill(3);
  EXPECT_EQ(open_error("other.example/log").code, ErrorCode::kInvalid);
  std::filesystem::rename(file("ledger.key"), file("kept"));
  EXPECT_NE(open_error().message.find("key is missing"), std::string::npos);
  ASSERT_TRUE(ledger::SigningKey::generate(kOrigin)->save(file("ledger.key")).ok());
  EXPECT_NE(open_error().message.find("not the key that signed"), std::string::npos);
  std::filesystem::rename(file("kept"), file("ledger.key"));
  EXPECT_EQ(open()->size(), 3u);
  std::filesystem::remove(file("ledger.db"));
  EXPECT_NE(open_error().message.find("a key but no ledger"), std::string::npos);
}

TEST_F(SqliteStore, ReadersOpenWhileTheLogIsWrittenAndBeginsAnew) {
  const std::unique_ptr<Store> writer = open();
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const Result<std::unique_ptr<Store>> store = open_reader(directory_);
      ASSERT_TRUE(store.ok()) << store.error().path << ": " << store.error().message;
    }
  });
  Result<Connection> other = Connection::open(file("ledger.db"), OpenMode::kReadWrite, 1000);
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(writer->append(make_entries(i, 1), 1).ok());
    if (i % 10 == 0) (void)other->execute("PRAGMA wal_checkpoint(RESTART)").ok();
  }
  done = true;
  reader.join();
  EXPECT_EQ(writer->size(), 400u);
}

TEST_F(SqliteStore, ANewerSchemaIsRefused) {
  fill(1);
  Result<Connection> db = Connection::open(file("ledger.db"), OpenMode::kReadWrite, 1000);
  ASSERT_TRUE(db->execute("PRAGMA user_version = 99").ok());
  EXPECT_EQ(open_error().code, ErrorCode::kInvalid);
}

TEST_F(SqliteStore, OnlyOneWritesOthersRead) {
  const std::unique_ptr<Store> writer = open();
  ASSERT_TRUE(writer->append(make_entries(0, 5), 1).ok());
  const Error error = open_error();
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_NE(error.message.find("process " + std::to_string(::getpid())), std::string::npos) << error.message;
  const std::unique_ptr<Store> reader = std::move(*open_reader(directory_));
  EXPECT_EQ(reader->size(), 5u);
  EXPECT_EQ(reader->append(make_entries(5, 1), 1).error().code, ErrorCode::kInvalid);
  ASSERT_TRUE(writer->append(make_entries(5, 5), 1).ok());
  EXPECT_EQ(reader->size(), 10u);
  EXPECT_EQ(ledger::verify_log(*reader)->entries, 10u);
}

TEST_F(SqliteStore, ReadersOfNothingAreTold) {
  EXPECT_EQ(open_reader(directory_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(open_store("/proc/none", kOrigin).error().code, ErrorCode::kUnavailable);
}

TEST_F(SqliteStore, AFullDiskLosesNothing) {
  std::uint64_t kept = 0;
  {
    const std::unique_ptr<Store> store = open({.max_db_bytes = 200'000});
    Result<std::vector<Result<ledger::Appended>>> appended = store->append(make_entries(0, 20), 1);
    while (appended) {
      kept += 20;
      appended = store->append(make_entries(static_cast<int>(kept), 20), 1);
      ASSERT_LT(kept, 10'000u);
    }
    EXPECT_EQ(appended.error().code, ErrorCode::kUnavailable);
    EXPECT_NE(appended.error().message.find("free space"), std::string::npos);
    EXPECT_FALSE(store->append(make_entries(static_cast<int>(kept), 20), 1).ok());  // still full
    EXPECT_EQ(store->size(), kept);
    EXPECT_EQ(ledger::verify_log(*store)->entries, kept);
  }
  const std::unique_ptr<Store> store = open();
  ASSERT_TRUE(store->append(make_entries(5000, 20), 1).ok());
  EXPECT_EQ(ledger::verify_log(*store)->entries, kept + 20);
}

TEST_F(SqliteStore, ABusyDatabaseIsUnavailableThenWorks) {
  const std::unique_ptr<Store> store = open({.busy_timeout_ms = 10});
  Result<Connection> other = Connection::open(file("ledger.db"), OpenMode::kReadWrite, 1000);
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE").ok());
  EXPECT_EQ(store->append(make_entries(0, 1), 1).error().code, ErrorCode::kUnavailable);
  ASSERT_TRUE(other->execute("ROLLBACK").ok());
  EXPECT_EQ((*store->append(make_entries(0, 1), 1))[0]->index, 0u);
}

TEST_F(SqliteStore, ServesProofsWhileItIsWrittenAndTheLogFileStaysShort) {
  SystemClock clock;
  ledger::Log log(open(), clock);
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const std::uint64_t size = log.size();
      if (size == 0) continue;
      const Result<ledger::Proof> proof = log.prove(size / 2);
      ASSERT_TRUE(proof.ok()) << proof.error().message;
    }
  });
  std::vector<std::thread> writers;
  std::atomic<std::uintmax_t> longest{0};
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        ASSERT_TRUE(log.append(make_entry(std::string(2000, 'a' + t))).ok());
        if (t != 0 || i % 100 != 0) continue;
        longest = std::max(longest.load(), std::filesystem::file_size(file("ledger.db-wal")));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  done = true;
  reader.join();
  EXPECT_EQ(log.verify()->entries, 8000u);
  // 16 MB of bodies went through it.
  EXPECT_LT(longest.load(), std::uintmax_t{12} << 20);
}

TEST_F(SqliteStore, ClosesIntoOneFile) {
  fill(10);
  EXPECT_FALSE(std::filesystem::exists(file("ledger.db-wal")));
  EXPECT_EQ(verdict(), "ok");
}

}  // namespace
}  // namespace greenlang::adapters::sqlite
