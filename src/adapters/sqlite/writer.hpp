// The writing half of a ledger in SQLite: one transaction a batch. Private to this folder. For one thread at
// a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/wal_keeper.hpp"
#include "base/result.hpp"
#include "ledger/batch.hpp"
#include "ledger/note.hpp"

namespace greenlang::adapters::sqlite {

class Writer {
 public:
  // The connection must have its schema, and `tree` must be that of the stored entries.
  static Result<std::unique_ptr<Writer>> open(Connection connection, ledger::SigningKey key, const ledger::CompactTree& tree,
                                              int busy_timeout_ms);

  // As ledger::Store::append().
  Result<std::vector<Result<ledger::Appended>>> append(std::span<const ledger::NewEntry> entries, std::int64_t time_ms);

 private:
  Writer(Connection connection, ledger::SigningKey key, const ledger::CompactTree& tree)
      : connection_(std::move(connection)), key_(std::move(key)), tree_(tree) {}
  Result<void> prepare();
  Result<void> write(std::span<const ledger::NewEntry> entries, std::int64_t time_ms);
  // Fills earlier_; leaves it empty when no entry has a key.
  Result<void> look_up_keys(std::span<const ledger::NewEntry> entries);
  Result<void> insert_entry(const ledger::NewEntry& entry, std::uint64_t index, std::int64_t time_ms);

  Connection connection_;
  const ledger::SigningKey key_;
  ledger::CompactTree tree_;  // of what is committed
  ledger::BatchPlan plan_;
  std::vector<std::optional<ledger::Earlier>> earlier_;
  Statement begin_, commit_, find_key_, entry_, put_key_, node_, checkpoint_;
  std::unique_ptr<WalKeeper> wal_;  // after connection_: it ends first
};

}  // namespace greenlang::adapters::sqlite
