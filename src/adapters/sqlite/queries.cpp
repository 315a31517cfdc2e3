#include "adapters/sqlite/queries.hpp"

#include <algorithm>
#include <limits>

namespace greenlang::adapters::sqlite {
namespace {

constexpr std::uint64_t kMaxIndex = std::numeric_limits<std::int64_t>::max();

// Resets a statement on the way out, so that no read transaction stays open and holds the WAL back.
class Resetting {
 public:
  explicit Resetting(Statement& statement) : statement_(statement) {}
  ~Resetting() { statement_.reset(); }
  Resetting(const Resetting&) = delete;
  Resetting& operator=(const Resetting&) = delete;

 private:
  Statement& statement_;
};

Error corrupt(std::string message, std::string path) { return {ErrorCode::kCorrupt, std::move(message), std::move(path)}; }

}  // namespace

Result<std::unique_ptr<Queries>> Queries::open(const std::string& path, int busy_timeout_ms) {
  Result<Connection> connection = Connection::open(path, OpenMode::kReadOnly, busy_timeout_ms);
  if (!connection) return connection.error();
  std::unique_ptr<Queries> queries(new Queries(std::move(*connection)));
  if (Result<void> done = queries->prepare(); !done) return done.error();
  return queries;
}

Result<void> Queries::prepare() {
  const struct {
    Statement& statement;
    const char* sql;
  } kAll[] = {
      {entries_, "SELECT max(idx) + 1 FROM entries"},
      {records_, "SELECT idx, leaf, time_ms, caller, body FROM entries WHERE idx >= ?1 AND idx < ?2 ORDER BY idx"},
      {leaves_, "SELECT idx, leaf FROM entries WHERE idx >= ?1 AND idx < ?2 ORDER BY idx"},
      {nodes_, "SELECT idx, hash FROM nodes WHERE level = ?3 AND idx >= ?1 AND idx < ?2 ORDER BY idx"},
      {newest_, "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1"},
      {checkpoints_, "SELECT size, note FROM checkpoints WHERE size >= ?1 ORDER BY size LIMIT ?2"},
  };
  for (const auto& [statement, sql] : kAll) {
    Result<Statement> prepared = Statement::prepare(connection_, sql);
    if (!prepared) return prepared.error();
    statement = std::move(*prepared);
  }
  return {};
}

Result<Identity> Queries::identity() {
  const std::lock_guard lock(mutex_);
  Result<Statement> statement = Statement::prepare(connection_, "SELECT origin, verifier FROM ledger WHERE id = 1");
  if (!statement) return statement.error();
  const Result<bool> row = statement->step(connection_);
  if (!row) return row.error();
  if (!*row) return corrupt("the ledger has no identity", "ledger");
  return Identity{std::string(statement->text(0)), std::string(statement->text(1))};
}

Result<std::uint64_t> Queries::entries() {
  const std::lock_guard lock(mutex_);
  const Resetting reset(entries_);
  const Result<bool> row = entries_.step(connection_);
  if (!row) return row.error();
  return static_cast<std::uint64_t>(entries_.integer(0));  // NULL, in an empty table, reads as 0
}

Result<std::vector<ledger::Record>> Queries::records(std::uint64_t first, std::uint64_t count) {
  std::vector<ledger::Record> out;
  if (first > kMaxIndex) return out;
  const std::lock_guard lock(mutex_);
  const Resetting reset(records_);
  records_.bind(1, first);
  records_.bind(2, first + std::min(count, kMaxIndex - first));
  std::size_t bytes = 0;
  while (bytes < ledger::kMaxRecordsBytes) {
    const Result<bool> row = records_.step(connection_);
    if (!row) return row.error();
    if (!*row) break;
    ledger::Record& record = out.emplace_back();
    record.index = static_cast<std::uint64_t>(records_.integer(0));
    if (!records_.digest(1, record.leaf)) {
      const std::string index = std::to_string(record.index);
      return corrupt("entry " + index + ": the leaf is not 32 bytes", "entries/" + index);
    }
    record.time_ms = records_.integer(2);
    record.caller = records_.text(3);
    record.body = records_.text(4);
    bytes += record.body.size();
  }
  return out;
}

Result<std::vector<Digest>> Queries::hashes(int level, std::uint64_t first, std::uint64_t count) {
  const auto missing = [&](std::uint64_t index) {
    return Error{ErrorCode::kNotFound, "level " + std::to_string(level) + " has no node " + std::to_string(index)};
  };
  if (first > kMaxIndex || count > kMaxIndex - first) return missing(first);
  const std::lock_guard lock(mutex_);
  Statement& statement = level == 0 ? leaves_ : nodes_;
  const Resetting reset(statement);
  statement.bind(1, first);
  statement.bind(2, first + count);
  if (level != 0) statement.bind(3, std::int64_t{level});
  std::vector<Digest> out;
  out.reserve(std::min<std::uint64_t>(count, 256));
  for (std::uint64_t index = first; index < first + count; ++index) {
    const Result<bool> row = statement.step(connection_);
    if (!row) return row.error();
    if (!*row || static_cast<std::uint64_t>(statement.integer(0)) != index) return missing(index);
    if (!statement.digest(1, out.emplace_back())) {
      const std::string id = std::to_string(level) + "/" + std::to_string(index);
      return corrupt("node " + id + ": not 32 bytes", "nodes/" + id);
    }
  }
  return out;
}

Result<std::string> Queries::checkpoint() {
  const std::lock_guard lock(mutex_);
  const Resetting reset(newest_);
  const Result<bool> row = newest_.step(connection_);
  if (!row) return row.error();
  if (!*row) return corrupt("the ledger has no checkpoint", "checkpoints");
  return std::string(newest_.text(0));
}

Result<std::vector<ledger::StoredCheckpoint>> Queries::checkpoints(std::uint64_t from_size, std::size_t limit) {
  std::vector<ledger::StoredCheckpoint> out;
  if (from_size > kMaxIndex) return out;
  const std::lock_guard lock(mutex_);
  const Resetting reset(checkpoints_);
  checkpoints_.bind(1, from_size);
  checkpoints_.bind(2, std::uint64_t{std::min<std::uint64_t>(limit, kMaxIndex)});
  for (;;) {
    const Result<bool> row = checkpoints_.step(connection_);
    if (!row) return row.error();
    if (!*row) return out;
    out.push_back({static_cast<std::uint64_t>(checkpoints_.integer(0)), std::string(checkpoints_.text(1))});
  }
}

}  // namespace greenlang::adapters::sqlite
