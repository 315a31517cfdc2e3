#include "adapters/sqlite/writer.hpp"

#include <string>

namespace greenlang::adapters::sqlite {

using ledger::NewEntry;

Result<std::unique_ptr<Writer>> Writer::open(Connection connection, ledger::SigningKey key, const ledger::CompactTree& tree,
                                             int busy_timeout_ms) {
  std::unique_ptr<Writer> writer(new Writer(std::move(connection), std::move(key), tree));
  if (Result<void> done = writer->prepare(); !done) return done.error();
  Result<std::unique_ptr<WalKeeper>> wal = WalKeeper::start(writer->connection_, busy_timeout_ms);
  if (!wal) return wal.error();
  writer->wal_ = std::move(*wal);
  return writer;
}

Result<void> Writer::prepare() {
  const struct {
    Statement& statement;
    const char* sql;
  } kAll[] = {
      {begin_, "BEGIN IMMEDIATE"},
      {commit_, "COMMIT"},
      {find_key_, "SELECT k.idx, e.leaf FROM keys k JOIN entries e ON e.idx = k.idx WHERE k.caller = ?1 AND k.key = ?2"},
      {entry_, "INSERT INTO entries(idx, leaf, time_ms, caller, body) VALUES(?1, ?2, ?3, ?4, ?5)"},
      {put_key_, "INSERT INTO keys(caller, key, idx) VALUES(?1, ?2, ?3)"},
      {node_, "INSERT INTO nodes(level, idx, hash) VALUES(?1, ?2, ?3)"},
      {checkpoint_, "INSERT INTO checkpoints(size, note) VALUES(?1, ?2)"},
  };
  for (const auto& [statement, sql] : kAll) {
    Result<Statement> prepared = Statement::prepare(connection_, sql);
    if (!prepared) return prepared.error();
    statement = std::move(*prepared);
  }
  return {};
}

Result<std::vector<Result<ledger::Appended>>> Writer::append(std::span<const NewEntry> entries, std::int64_t time_ms) {
  if (Result<void> written = write(entries, time_ms); !written) {
    connection_.rollback();  // tree_ is untouched: it is adopted from the plan only below
    return written.error();
  }
  tree_ = plan_.tree;
  wal_->after_commit();
  return std::move(plan_.results);
}

Result<void> Writer::write(std::span<const NewEntry> entries, std::int64_t time_ms) {
  if (Result<void> done = begin_.run(connection_); !done) return done;
  if (Result<void> done = look_up_keys(entries); !done) return done;
  ledger::plan_batch(tree_, entries, earlier_, key_, plan_);
  std::uint64_t index = plan_.first_index;
  for (const std::uint32_t position : plan_.inserted) {
    if (Result<void> done = insert_entry(entries[position], index++, time_ms); !done) return done;
  }
  for (const ledger::Node& node : plan_.nodes) {
    node_.bind(1, std::int64_t{node.level});
    node_.bind(2, node.index);
    node_.bind(3, node.hash);
    if (Result<void> done = node_.run(connection_); !done) return done;
  }
  if (!plan_.inserted.empty()) {
    checkpoint_.bind(1, plan_.tree.size());
    checkpoint_.bind(2, plan_.checkpoint);
    if (Result<void> done = checkpoint_.run(connection_); !done) return done;
  }
  return commit_.run(connection_);
}

Result<void> Writer::look_up_keys(std::span<const NewEntry> entries) {
  earlier_.clear();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const NewEntry& entry = entries[i];
    if (entry.idempotency_key.empty()) continue;
    earlier_.resize(entries.size());
    find_key_.bind(1, entry.caller);
    find_key_.bind(2, entry.idempotency_key);
    const Result<bool> row = find_key_.step(connection_);
    if (!row) return row.error();
    if (*row) {
      ledger::Earlier& found = earlier_[i].emplace();
      found.index = static_cast<std::uint64_t>(find_key_.integer(0));
      const bool good = find_key_.digest(1, found.leaf);
      if (!good) {
        const std::string place = "entries/" + std::to_string(found.index);
        find_key_.reset();
        return Error{ErrorCode::kCorrupt, place + ": the leaf is not 32 bytes", place};
      }
    }
    find_key_.reset();
  }
  return {};
}

Result<void> Writer::insert_entry(const NewEntry& entry, std::uint64_t index, std::int64_t time_ms) {
  entry_.bind(1, index);
  entry_.bind(2, entry.leaf);
  entry_.bind(3, time_ms);
  entry_.bind(4, entry.caller);
  entry_.bind(5, entry.body);
  if (Result<void> done = entry_.run(connection_); !done) return done;
  if (entry.idempotency_key.empty()) return {};
  put_key_.bind(1, entry.caller);
  put_key_.bind(2, entry.idempotency_key);
  put_key_.bind(3, index);
  return put_key_.run(connection_);
}

}  // namespace greenlang::adapters::sqlite
