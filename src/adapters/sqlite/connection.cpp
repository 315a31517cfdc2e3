#include "adapters/sqlite/connection.hpp"

#include <sqlite3.h>

#include <cstring>

#include "base/check.hpp"

namespace greenlang::adapters::sqlite {

void CloseDb::operator()(sqlite3* db) const { sqlite3_close_v2(db); }
void FinalizeStatement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<Connection> Connection::open(const std::string& path, OpenMode mode, int busy_timeout_ms) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (mode == OpenMode::kReadOnly) flags |= SQLITE_OPEN_READONLY;
  if (mode != OpenMode::kReadOnly) flags |= SQLITE_OPEN_READWRITE;
  if (mode == OpenMode::kReadWriteCreate) flags |= SQLITE_OPEN_CREATE;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  Connection connection(path, db);
  if (db == nullptr) return Error{ErrorCode::kUnavailable, "out of memory", path};
  if (code != SQLITE_OK) return connection.error();
  sqlite3_busy_timeout(db, busy_timeout_ms);
  return connection;
}

Result<void> Connection::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error();
  return {};
}

Result<std::int64_t> Connection::integer(const char* sql) {
  Result<Statement> statement = Statement::prepare(*this, sql);
  if (!statement) return statement.error();
  const Result<bool> row = statement->step(*this);
  if (!row) return row.error();
  return *row ? statement->integer(0) : 0;
}

void Connection::rollback() {
  if (sqlite3_get_autocommit(db_.get()) == 0) sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Error Connection::error() const {
  const std::string message = sqlite3_errmsg(db_.get());
  const auto unavailable = [&](const char* advice) { return Error{ErrorCode::kUnavailable, message + "; " + advice, path_}; };
  switch (sqlite3_extended_errcode(db_.get()) & 0xff) {
    case SQLITE_FULL: return unavailable("nothing was lost: free space on the disk (or raise its limit) and try again");
    case SQLITE_IOERR: return unavailable("the disk failed: check it and its free space, then try again");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return unavailable("another process holds the database; try again when it is done");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY: return unavailable("check that the directory exists and is writable by this user");
    case SQLITE_NOMEM: return unavailable("free memory and try again");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {ErrorCode::kCorrupt, message + "; restore the ledger from a backup", path_};
    default: return {ErrorCode::kInternal, message, path_};
  }
}

Result<Statement> Statement::prepare(const Connection& connection, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(connection.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return connection.error();
  }
  return Statement(statement);
}

void Statement::bind(int parameter, std::int64_t value) { GL_CHECK(sqlite3_bind_int64(statement_.get(), parameter, value) == SQLITE_OK); }

void Statement::bind(int parameter, std::string_view text) {
  const char* bytes = text.data() == nullptr ? "" : text.data();  // a null pointer would bind NULL
  GL_CHECK(sqlite3_bind_text64(statement_.get(), parameter, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
}

void Statement::bind(int parameter, const Digest& blob) {
  GL_CHECK(sqlite3_bind_blob64(statement_.get(), parameter, blob.data(), blob.size(), SQLITE_STATIC) == SQLITE_OK);
}

Result<bool> Statement::step(const Connection& connection) {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const Error error = connection.error();
  reset();
  return error;
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

Result<void> Statement::run(const Connection& connection) {
  const Result<bool> row = step(connection);
  if (!row) return row.error();
  reset();
  return {};
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string_view Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::digest(int column, Digest& out) const {
  const std::string_view bytes = text(column);
  if (bytes.size() != out.size()) return false;
  std::memcpy(out.data(), bytes.data(), out.size());
  return true;
}

}  // namespace greenlang::adapters::sqlite
