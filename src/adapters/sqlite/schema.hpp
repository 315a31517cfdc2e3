// The tables of ledger.db and the migrations between their versions. Private to this folder.
#pragma once

#include "adapters/sqlite/connection.hpp"
#include "base/result.hpp"

namespace greenlang::adapters::sqlite {

// "GLlg" in the file's header, so that file(1) and we can tell a ledger from another database.
inline constexpr std::int64_t kApplicationId = 0x474c6c67;

// kInvalid when the database is not a ledger or newer than this program.
Result<void> check_identity(Connection& connection);

// As check_identity(), but a database without tables will do: one that migrate() may begin in.
Result<void> check_empty_or_identity(Connection& connection);

// Creates the tables in an empty database, or brings an older ledger to the newest version: one transaction
// a version. Errors as check_identity() and Connection::error().
Result<void> migrate(Connection& connection);

}  // namespace greenlang::adapters::sqlite
