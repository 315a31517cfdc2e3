// A store in memory: the fake for tests, and the plainest reading of the port. It keeps nothing after the
// process ends; no program uses it as a ledger.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/batch.hpp"
#include "ledger/merkle.hpp"
#include "ledger/note.hpp"
#include "ledger/store.hpp"

namespace greenlang::ledger {

// Thread-safe in everything, except that tampering is for tests that hold the store alone.
class MemoryStore final : public Store {
 public:
  explicit MemoryStore(SigningKey key);

  std::uint64_t size() const override;
  const std::string& origin() const override { return key_.name(); }
  const std::string& verifier_text() const override { return verifier_text_; }
  Result<std::vector<Result<Appended>>> append(std::span<const NewEntry> entries, std::int64_t time_ms) override;
  Result<std::vector<Record>> records(std::uint64_t first, std::uint64_t count) override;
  Result<std::vector<Digest>> hashes(int level, std::uint64_t first, std::uint64_t count) override;
  Result<std::string> checkpoint() override;
  Result<std::vector<StoredCheckpoint>> checkpoints(std::uint64_t from_size, std::size_t limit) override;

  // The next append() fails with this error and changes nothing.
  void fail_next(Error error);

  // What is stored, for tests that break it.
  std::vector<Record>& stored_records() { return records_; }
  std::vector<std::vector<Digest>>& stored_nodes() { return nodes_; }  // [level - 1][index]
  std::vector<StoredCheckpoint>& stored_checkpoints() { return checkpoints_; }

 private:
  mutable std::mutex mutex_;
  const SigningKey key_;
  const std::string verifier_text_;
  CompactTree tree_;
  BatchPlan plan_;
  std::vector<Record> records_;
  std::vector<std::vector<Digest>> nodes_;
  std::vector<StoredCheckpoint> checkpoints_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> keys_;  // (caller, key) -> index
  std::optional<Error> failure_;
};

}  // namespace greenlang::ledger
