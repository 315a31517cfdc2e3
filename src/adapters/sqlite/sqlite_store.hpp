// A ledger in a directory, kept by SQLite in WAL mode with synchronous=FULL: what append() acknowledged
// survives a crash of the process, of the machine, and a power cut as far as the disk keeps its promises.
//
//   <directory>/ledger.db     the database (application_id "GLlg"), with its -wal and -shm files
//   <directory>/ledger.key    the private key that signs the checkpoints, mode 0600; ledger.key.tmp until the
//                             database of a new ledger names it
//   <directory>/ledger.lock   held by the one process that writes; holds its process id
//
// A backup copies ledger.db (with SQLite's backup or VACUUM INTO) and ledger.key.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "ledger/store.hpp"

namespace greenlang::adapters::sqlite {

struct StoreOptions {
  // Limit on the size of ledger.db, 0 for none. At the limit append() gives kUnavailable, as on a full disk.
  std::int64_t max_db_bytes = 0;
  // How long to wait for a lock that another process holds on the database (a backup, a shell).
  int busy_timeout_ms = 5000;
};

// Opens the ledger for writing, or begins a new one, named `origin` in its checkpoints, in a directory which
// is made when missing. Migrates older schemas. Then compares entries, nodes and newest checkpoint (a few
// hundred rows, however long the log).
// Errors: kUnavailable when another process has it (the message names its id) or the disk fails; kCorrupt when
// what is stored contradicts itself (also a write-ahead log that is damaged before its last transaction), or one of
// ledger.db and ledger.key is missing, emptied or replaced: nothing is repaired or written; kInvalid when the ledger there has another origin, or was written by a newer version.
Result<std::unique_ptr<ledger::Store>> open_store(const std::string& directory, const std::string& origin,
                                                  const StoreOptions& options = {});

// Opens for reading only, also while another process writes; takes no lock and needs no private key. The
// verifier is that of the ledger itself: to know that it is the right one, compare store->verifier_text() with a
// copy from elsewhere. append() gives kInvalid. kNotFound when there is no ledger; kCorrupt as open_store(), without a look at the log's end.
Result<std::unique_ptr<ledger::Store>> open_reader(const std::string& directory, const StoreOptions& options = {});

}  // namespace greenlang::adapters::sqlite
