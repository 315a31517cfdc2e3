// The ledger's files as files: what must hold before SQLite opens them, and changes to the folder that survive a
// power cut. Private to this folder.
#pragma once

#include <string>

#include "base/result.hpp"

namespace greenlang::adapters::sqlite {

bool exists(const std::string& path);

// Makes the folder and those above it that are missing; each is on the disk when this returns.
// kUnavailable when it cannot.
Result<void> make_folder(const std::string& path);

// Replaces `to`. On the disk when this returns. kUnavailable when it cannot.
Result<void> rename_file(const std::string& from, const std::string& to);

// Looks for damage that SQLite would pass over, or answer by deleting the write-ahead log:
//   - a write-ahead log, but the database is missing or empty
//   - a size of the database that is not a multiple of its page size, and the rest is not in the write-ahead log
//   - what WalScan finds (adapters/sqlite/wal_scan.hpp)
// To be called before SQLite opens the database in this process. Another process may be writing: a verdict counts
// only when a second look at the unchanged log gives it again. Reads the whole log, which is a few MB.
// Errors: kCorrupt with the file's path; kUnavailable when a file cannot be read.
Result<void> check_files(const std::string& db_path);

}  // namespace greenlang::adapters::sqlite
