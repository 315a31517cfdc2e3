// What the tests of the store have in common: a ledger in a folder of its own, and hands on its files.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/sqlite_store.hpp"
#include "ledger/merkle.hpp"
#include "ledger/verify.hpp"

namespace greenlang::adapters::sqlite {

using ledger::NewEntry;
using ledger::Store;

inline constexpr const char* kOrigin = "store.example/log";

inline NewEntry make_entry(const std::string& body, const std::string& key = {}, const std::string& caller = "alice") {
  Sha256 hash;
  return {body, ledger::leaf_hash(hash, body), caller, key};
}

inline std::vector<NewEntry> make_entries(int first, int count) {
  std::vector<NewEntry> entries;
  for (int i = first; i < first + count; ++i) {
    entries.push_back(make_entry("{\"n\":" + std::to_string(i) + "}", i % 3 == 0 ? "k" + std::to_string(i) : ""));
  }
  return entries;
}

class SqliteStore : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = std::filesystem::temp_directory_path() / ("sqlite_store_test_" + std::to_string(::getpid()) + "_" + test->name());
    std::filesystem::remove_all(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Store> open(const StoreOptions& options = {}) {
    Result<std::unique_ptr<Store>> store = open_store(directory_, kOrigin, options);
    EXPECT_TRUE(store.ok()) << store.error().message;
    return std::move(*store);
  }
  Error open_error(const std::string& origin = kOrigin) {
    const Result<std::unique_ptr<Store>> store = open_store(directory_, origin);
    EXPECT_FALSE(store.ok());
    return store ? Error{} : store.error();
  }
  void fill(int count) {
    const std::unique_ptr<Store> store = open();
    for (int i = 0; i < count; i += 20) ASSERT_TRUE(store->append(make_entries(i, std::min(20, count - i)), i).ok());
  }
  // Changes the closed database behind the store's back.
  void tamper(const std::string& sql) {
    Result<Connection> db = Connection::open(file("ledger.db"), OpenMode::kReadWrite, 1000);
    ASSERT_TRUE(db.ok());
    const Result<void> done = db->execute(sql.c_str());
    ASSERT_TRUE(done.ok()) << done.error().message;
    ASSERT_GT(sqlite3_changes(db->handle()), 0) << sql;
  }
  std::string verdict() {
    Result<std::unique_ptr<Store>> store = open_reader(directory_);
    if (!store) return store.error().message;
    const Result<ledger::Verified> verified = ledger::verify_log(**store);
    return verified ? "ok" : verified.error().path;
  }
  std::string file(const char* name) const { return directory_ / name; }
  std::string bytes(const char* name) const {
    std::ifstream in(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::filesystem::path directory_;
};

}  // namespace greenlang::adapters::sqlite
