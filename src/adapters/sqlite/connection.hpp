// SQLite's C interface as values: a connection, a prepared statement, errors as Error. Private to this folder.
// Neither class is thread-safe; a statement must not outlive its connection.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/sha256.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace greenlang::adapters::sqlite {

struct CloseDb {
  void operator()(sqlite3* db) const;
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};

enum class OpenMode { kReadWriteCreate, kReadWrite, kReadOnly };

class Connection {
 public:
  // kNotFound when the file is not there and the mode does not create it; else as error().
  static Result<Connection> open(const std::string& path, OpenMode mode, int busy_timeout_ms);

  // Runs SQL of one or more statements without results.
  Result<void> execute(const char* sql);
  // The first column of the first row; 0 when there is none.
  Result<std::int64_t> integer(const char* sql);
  // Ends a transaction that failed. After some errors SQLite has done so already.
  void rollback();

  // The connection's last error. Disk full, input/output, locks: kUnavailable with what to do.
  // Not a database, malformed: kCorrupt. Anything else: kInternal.
  Error error() const;

  sqlite3* handle() const { return db_.get(); }
  const std::string& path() const { return path_; }

 private:
  Connection(std::string path, sqlite3* db) : path_(std::move(path)), db_(db) {}

  std::string path_;
  std::unique_ptr<sqlite3, CloseDb> db_;
};

// Bytes given to bind() must live until reset(). Columns are valid until the next step() or reset().
class Statement {
 public:
  Statement() = default;
  static Result<Statement> prepare(const Connection& connection, const char* sql);

  // Parameters count from 1, columns from 0.
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, std::uint64_t value) { bind(parameter, static_cast<std::int64_t>(value)); }
  void bind(int parameter, std::string_view text);
  void bind(int parameter, const Digest& blob);

  // True: there is a row. False: done. After an error the statement is reset.
  Result<bool> step(const Connection& connection);
  void reset();
  // For statements without rows: step and reset.
  Result<void> run(const Connection& connection);

  std::int64_t integer(int column) const;
  std::string_view text(int column) const;
  // False when the column does not hold 32 bytes.
  bool digest(int column, Digest& out) const;

 private:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
};

}  // namespace greenlang::adapters::sqlite
