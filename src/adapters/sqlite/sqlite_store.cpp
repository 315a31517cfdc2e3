#include "adapters/sqlite/sqlite_store.hpp"

#include <algorithm>
#include <atomic>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/files.hpp"
#include "adapters/sqlite/lock_file.hpp"
#include "adapters/sqlite/queries.hpp"
#include "adapters/sqlite/schema.hpp"
#include "adapters/sqlite/writer.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/note.hpp"
#include "ledger/proof.hpp"

namespace greenlang::adapters::sqlite {
namespace {

using ledger::Appended;
using ledger::NewEntry;
using ledger::SigningKey;

// Reading through Queries; what the store for writing and the one for reading have in common.
class ReadingStore : public ledger::Store {
 public:
  ReadingStore(std::unique_ptr<Queries> queries, Identity identity) : queries_(std::move(queries)), identity_(std::move(identity)) {}

  // Read anew each time, also by the writing store: a size remembered beside the database could be behind
  // the checkpoint that another thread has just read from it.
  std::uint64_t size() const override {
    // A failed read answers with what was known; every other call reports such failures.
    if (const Result<std::uint64_t> now = queries_->entries()) size_.store(*now, std::memory_order_relaxed);
    return size_.load(std::memory_order_relaxed);
  }
  const std::string& origin() const override { return identity_.origin; }
  const std::string& verifier_text() const override { return identity_.verifier; }
  Result<std::vector<Result<Appended>>> append(std::span<const NewEntry>, std::int64_t) override {
    return invalid("", "the ledger is open for reading only");
  }
  Result<std::vector<ledger::Record>> records(std::uint64_t first, std::uint64_t count) override { return queries_->records(first, count); }
  Result<std::vector<Digest>> hashes(int level, std::uint64_t first, std::uint64_t count) override {
    return queries_->hashes(level, first, count);
  }
  Result<std::string> checkpoint() override { return queries_->checkpoint(); }
  Result<std::vector<ledger::StoredCheckpoint>> checkpoints(std::uint64_t from_size, std::size_t limit) override {
    return queries_->checkpoints(from_size, limit);
  }

 protected:
  std::unique_ptr<Queries> queries_;

 private:
  const Identity identity_;
  mutable std::atomic<std::uint64_t> size_{0};
};

class WritingStore final : public ReadingStore {
 public:
  WritingStore(LockFile lock, std::unique_ptr<Queries> queries, Identity identity)
      : ReadingStore(std::move(queries), std::move(identity)), lock_(std::move(lock)) {}

  // Who closes last copies the write-ahead log into the database and removes it; only the writer can.
  ~WritingStore() override { queries_.reset(); }

  void set_writer(std::unique_ptr<Writer> writer) { writer_ = std::move(writer); }
  Result<std::vector<Result<Appended>>> append(std::span<const NewEntry> entries, std::int64_t time_ms) override {
    return writer_->append(entries, time_ms);
  }

 private:
  const LockFile lock_;  // before writer_, so that it is released after it
  std::unique_ptr<Writer> writer_;
};

struct Paths {
  std::string db, key, new_key, lock;
  explicit Paths(const std::string& directory)
      : db(directory + "/ledger.db"),
        key(directory + "/ledger.key"),
        new_key(directory + "/ledger.key.tmp"),
        lock(directory + "/ledger.lock") {}
};

// With a key beside it the database is a ledger that was begun, or one that was emptied or replaced: see
// begin_ledger(). Only reads.
Result<void> check_begun(Connection& connection) {
  const auto replaced = [&](const std::string& what) {
    return Error{ErrorCode::kCorrupt, what + ", but its key is there; restore it, or begin anew without the key", connection.path()};
  };
  const Result<std::int64_t> id = connection.integer("PRAGMA application_id");
  if (!id) return id.error();
  if (*id != kApplicationId) return replaced("the file is not a ledger");
  if (Result<void> known = check_identity(connection); !known) return known;
  const Result<std::int64_t> named = connection.integer("SELECT count(*) FROM ledger");
  if (named && *named == 1) return {};
  if (!named && named.error().code != ErrorCode::kInternal) return named.error();
  return replaced("the ledger has lost its identity");  // kInternal: the table is not there
}

Result<void> check_begun(const std::string& path, const StoreOptions& options) {
  Result<Connection> connection = Connection::open(path, OpenMode::kReadOnly, options.busy_timeout_ms);
  if (!connection) return connection.error();
  return check_begun(*connection);
}

// Page size before WAL, or it has no effect. synchronous=FULL: each commit is on the disk when it returns.
Result<Connection> open_for_writing(const std::string& path, const StoreOptions& options) {
  Result<Connection> connection = Connection::open(path, OpenMode::kReadWriteCreate, options.busy_timeout_ms);
  if (!connection) return connection;
  // Before the first pragma, which writes into whatever database it is.
  if (Result<void> ours = check_empty_or_identity(*connection); !ours) return ours.error();
  const Result<void> configured = connection->execute(
      // 8 KiB: half the writes of 4 KiB for the same rows.
      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;"
      "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;");
  if (!configured) return configured.error();
  if (Result<void> done = migrate(*connection); !done) return done.error();
  if (options.max_db_bytes > 0) {
    const Result<std::int64_t> page_bytes = connection->integer("PRAGMA page_size");
    if (!page_bytes) return page_bytes.error();
    const std::int64_t pages = std::max<std::int64_t>(1, options.max_db_bytes / *page_bytes);
    const std::string limit = "PRAGMA max_page_count = " + std::to_string(pages);
    if (Result<void> done = connection->execute(limit.c_str()); !done) return done.error();
  }
  return connection;
}

// Gives a new ledger its name, its key and the checkpoint of the empty log. The key gets its final name last, in
// adopt_key(), so that a ledger.key means: the database was begun, and is never begun again. A start that is
// killed at any point goes on with the next one: before the commit with another key, after it with the same.
Result<void> begin_ledger(Connection& connection, const Paths& paths, const std::string& origin) {
  Result<SigningKey> key = SigningKey::generate(origin);
  if (!key) return key.error();
  if (Result<void> saved = key->save(paths.new_key); !saved) return saved;
  Result<Statement> name = Statement::prepare(connection, "INSERT INTO ledger(id, origin, verifier) VALUES(1, ?1, ?2)");
  if (!name) return name.error();
  Result<Statement> first = Statement::prepare(connection, "INSERT INTO checkpoints(size, note) VALUES(0, ?1)");
  if (!first) return first.error();
  const std::string verifier = key->verifier_text();
  const std::string note = ledger::sign_checkpoint(ledger::CompactTree(), *key);
  name->bind(1, origin);
  name->bind(2, verifier);
  first->bind(1, note);
  Result<void> done = connection.execute("BEGIN IMMEDIATE");
  if (done) done = name->run(connection);
  if (done) done = first->run(connection);
  if (done) done = connection.execute("COMMIT");
  if (!done) connection.rollback();
  return done;
}

// Renames the key that begin_ledger() saved, when it is the one the database names.
Result<void> adopt_key(const Paths& paths, const Identity& identity) {
  const Result<SigningKey> key = SigningKey::load(paths.new_key);
  if (key && key->verifier_text() == identity.verifier) return rename_file(paths.new_key, paths.key);
  if (!key && key.error().code == ErrorCode::kUnavailable) return key.error();
  return Error{ErrorCode::kCorrupt, "the ledger's key is missing; restore it from the backup", paths.key};
}

Result<SigningKey> load_key(const Paths& paths, const Identity& identity, const std::string& origin) {
  if (identity.origin != origin) {
    return invalid(paths.db, "the ledger is named \"" + identity.origin + "\", not \"" + origin + "\"");
  }
  if (!exists(paths.key)) {
    if (Result<void> adopted = adopt_key(paths, identity); !adopted) return adopted.error();
  }
  Result<SigningKey> key = SigningKey::load(paths.key);
  if (!key) {
    if (key.error().code != ErrorCode::kInvalid) return key;
    return Error{ErrorCode::kCorrupt, "the key is damaged: " + key.error().message + "; restore it from the backup", paths.key};
  }
  if (key->verifier_text() != identity.verifier) {
    return Error{ErrorCode::kCorrupt, "this is not the key that signed the ledger; restore it from the backup", paths.key};
  }
  return key;
}

Error at(Error error, const std::string& db) {
  error.path = error.path.empty() ? db : db + "#" + error.path;
  return error;
}

}  // namespace

Result<std::unique_ptr<ledger::Store>> open_store(const std::string& directory, const std::string& origin, const StoreOptions& options) {
  const Paths paths(directory);
  if (Result<void> made = make_folder(directory); !made) return made.error();
  Result<LockFile> lock = LockFile::acquire(paths.lock);
  if (!lock) return lock.error();
  // A new log under an old key would contradict every checkpoint that was given away.
  const bool begun = exists(paths.key);
  if (begun && !exists(paths.db)) {
    return Error{ErrorCode::kCorrupt, "there is a key but no ledger; restore it, or begin anew without the key", paths.db};
  }
  if (Result<void> whole = check_files(paths.db); !whole) return whole.error();
  const bool crashed = exists(paths.db + "-wal");  // a writer that ends well leaves none
  if (begun) {
    if (Result<void> good = check_begun(paths.db, options); !good) return good.error();
  }
  Result<Connection> connection = open_for_writing(paths.db, options);
  if (!connection) return connection.error();
  const Result<std::int64_t> named = connection->integer("SELECT count(*) FROM ledger");
  if (!named) return named.error();
  if (*named == 0) {
    if (Result<void> begun = begin_ledger(*connection, paths, origin); !begun) return begun.error();
  }
  Result<std::unique_ptr<Queries>> queries = Queries::open(paths.db, options.busy_timeout_ms);
  if (!queries) return queries.error();
  Result<Identity> identity = (*queries)->identity();
  if (!identity) return at(identity.error(), paths.db);
  Result<SigningKey> key = load_key(paths, *identity, origin);
  if (!key) return key.error();

  const Result<std::uint64_t> entries = (*queries)->entries();
  if (!entries) return entries.error();
  auto store = std::make_unique<WritingStore>(std::move(*lock), std::move(*queries), std::move(*identity));
  Result<ledger::CompactTree> tree = ledger::recover_tree(*store, *entries);
  if (!tree) return at(tree.error(), paths.db);
  // So that the write-ahead log begins anew, without the remains of a transaction that a crash tore. It is no
  // failure when that cannot be: the keeper of the log goes on trying.
  if (crashed) (void)connection->integer("PRAGMA wal_checkpoint(PASSIVE)").ok();
  Result<std::unique_ptr<Writer>> writer = Writer::open(std::move(*connection), std::move(*key), *tree, options.busy_timeout_ms);
  if (!writer) return writer.error();
  store->set_writer(std::move(*writer));
  return std::unique_ptr<ledger::Store>(std::move(store));
}

Result<std::unique_ptr<ledger::Store>> open_reader(const std::string& directory, const StoreOptions& options) {
  const Paths paths(directory);
  const bool begun = exists(paths.key);  // before the database is looked at: it may be begun at this moment
  if (!exists(paths.db)) return Error{ErrorCode::kNotFound, "there is no ledger", paths.db};
  if (Result<void> whole = check_files(paths.db); !whole) return whole.error();
  Result<Connection> connection = Connection::open(paths.db, OpenMode::kReadOnly, options.busy_timeout_ms);
  if (!connection) return connection.error();
  if (Result<void> known = begun ? check_begun(*connection) : check_identity(*connection); !known) return known.error();
  Result<std::unique_ptr<Queries>> queries = Queries::open(paths.db, options.busy_timeout_ms);
  if (!queries) return queries.error();
  Result<Identity> identity = (*queries)->identity();
  if (!identity) return at(identity.error(), paths.db);
  return std::unique_ptr<ledger::Store>(std::make_unique<ReadingStore>(std::move(*queries), std::move(*identity)));
}

}  // namespace greenlang::adapters::sqlite
