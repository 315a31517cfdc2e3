// The reading half of a ledger in SQLite: one read-only connection with its prepared statements, behind a
// mutex. Private to this folder. Thread-safe. Errors as in ledger/store.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/sqlite/connection.hpp"
#include "base/result.hpp"
#include "ledger/store.hpp"

namespace greenlang::adapters::sqlite {

struct Identity {
  std::string origin;
  std::string verifier;
};

class Queries {
 public:
  static Result<std::unique_ptr<Queries>> open(const std::string& path, int busy_timeout_ms);

  Result<Identity> identity();
  // Entries in the table; one more than the greatest index.
  Result<std::uint64_t> entries();
  Result<std::vector<ledger::Record>> records(std::uint64_t first, std::uint64_t count);
  Result<std::vector<Digest>> hashes(int level, std::uint64_t first, std::uint64_t count);
  Result<std::string> checkpoint();
  Result<std::vector<ledger::StoredCheckpoint>> checkpoints(std::uint64_t from_size, std::size_t limit);

 private:
  explicit Queries(Connection connection) : connection_(std::move(connection)) {}
  Result<void> prepare();

  std::mutex mutex_;
  Connection connection_;
  Statement entries_, records_, leaves_, nodes_, newest_, checkpoints_;
};

}  // namespace greenlang::adapters::sqlite
