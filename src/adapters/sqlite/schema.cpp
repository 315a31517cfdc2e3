#include "adapters/sqlite/schema.hpp"

#include <iterator>

namespace greenlang::adapters::sqlite {
namespace {

// Migration i makes version i + 1. Released ones never change; add a new one at the end.
// leaf stands before body, so that reading leaves does not touch the pages a long body spills into.
constexpr const char* kMigrations[] = {
    R"(CREATE TABLE ledger(id INTEGER PRIMARY KEY CHECK(id = 1), origin TEXT NOT NULL, verifier TEXT NOT NULL) STRICT;
       CREATE TABLE entries(idx INTEGER PRIMARY KEY, leaf BLOB NOT NULL, time_ms INTEGER NOT NULL,
                            caller TEXT NOT NULL, body TEXT NOT NULL) STRICT;
       CREATE TABLE nodes(level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL,
                          PRIMARY KEY(level, idx)) STRICT, WITHOUT ROWID;
       CREATE TABLE checkpoints(size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
       CREATE TABLE keys(caller TEXT NOT NULL, key TEXT NOT NULL, idx INTEGER NOT NULL,
                         PRIMARY KEY(caller, key)) STRICT, WITHOUT ROWID;)",
};
constexpr std::int64_t kNewest = std::size(kMigrations);

Error refuse(const Connection& connection, std::string message) { return {ErrorCode::kInvalid, std::move(message), connection.path()}; }

}  // namespace

Result<void> check_identity(Connection& connection) {
  const Result<std::int64_t> id = connection.integer("PRAGMA application_id");
  if (!id) return id.error();
  if (*id != kApplicationId) return refuse(connection, "the file is not a ledger");
  const Result<std::int64_t> version = connection.integer("PRAGMA user_version");
  if (!version) return version.error();
  if (*version > kNewest) {
    return refuse(connection, "the ledger has version " + std::to_string(*version) + ", this program knows up to " +
                                  std::to_string(kNewest) + "; use the newer program");
  }
  return {};
}

Result<void> check_empty_or_identity(Connection& connection) {
  const Result<std::int64_t> tables = connection.integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*tables == 0) return {};
  return check_identity(connection);
}

Result<void> migrate(Connection& connection) {
  if (Result<void> known = check_empty_or_identity(connection); !known) return known;
  const Result<std::int64_t> version = connection.integer("PRAGMA user_version");
  if (!version) return version.error();
  for (std::int64_t next = *version; next < kNewest; ++next) {
    const std::string sql = "BEGIN IMMEDIATE;" + std::string(kMigrations[next]) +
                            "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(next + 1) + "; COMMIT;";
    if (Result<void> done = connection.execute(sql.c_str()); !done) {
      connection.rollback();
      return done;
    }
  }
  return {};
}

}  // namespace greenlang::adapters::sqlite
