// Where a log keeps its entries: the port that adapters implement (SQLite, PostgreSQL) and that
// MemoryStore fakes in tests. A store does the input and output; what is written comes from
// ledger/batch.hpp, so that every store gives the same bytes.
//
// One log a store. What it keeps:
//   entries      index, leaf, body, time, caller
//   nodes        level >= 1 (merkle.hpp), written in the transaction that completes them
//   checkpoints  one signed note a transaction, beginning with that of the empty log
//   keys         (caller, idempotency key) -> index, for ever
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/sha256.hpp"

namespace greenlang::ledger {

inline constexpr std::size_t kMaxBodyBytes = 16 << 20;
inline constexpr std::size_t kMaxRecordsBytes = 16 << 20;
inline constexpr std::size_t kMaxCallerBytes = 255;
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 255;

struct NewEntry {
  std::string body;             // canonical JSON; the Merkle leaf is over these bytes
  Digest leaf{};                // leaf_hash(body), computed by the caller
  std::string caller;           // who asked, beside the leaf; may be empty
  std::string idempotency_key;  // may be empty: then every append makes a new entry
};

struct Record {
  std::uint64_t index = 0;
  std::string body;
  Digest leaf{};
  std::int64_t time_ms = 0;  // unix time of the transaction
  std::string caller;
};

// replayed: this caller used this key before with the same leaf; index is that of the first time.
struct Appended {
  std::uint64_t index = 0;
  bool replayed = false;
};

struct StoredCheckpoint {
  std::uint64_t size = 0;
  std::string note;
};

// append() is for one thread at a time; everything else may be called from any thread, also during append(),
// and sees only what is committed. Errors of all: kUnavailable (disk full, input/output error, database busy;
// nothing changed, try again), kCorrupt (what is stored contradicts itself).
class Store {
 public:
  virtual ~Store() = default;

  // Entries committed.
  virtual std::uint64_t size() const = 0;
  // The name in the checkpoints, and the key that signs them, in the text form of VerifierKey::parse.
  virtual const std::string& origin() const = 0;
  virtual const std::string& verifier_text() const = 0;

  // One transaction, durable on return. Each entry has its own result: kConflict when (caller, key) was used
  // with another leaf, which does not fail the others. An outer error means that nothing was appended.
  virtual Result<std::vector<Result<Appended>>> append(std::span<const NewEntry> entries, std::int64_t time_ms) = 0;

  // The entries first ... first+count-1 as they are stored, unchecked; fewer at the end of the log, or once
  // their bodies pass kMaxRecordsBytes (but at least one), so that reading a log takes bounded memory.
  virtual Result<std::vector<Record>> records(std::uint64_t first, std::uint64_t count) = 0;

  // One entry. kNotFound; kCorrupt when its leaf is not the hash of its body.
  Result<Record> record(std::uint64_t index);

  // The nodes first ... first+count-1 of a tile level (0: leaves). kNotFound when the log does not have
  // all of them.
  virtual Result<std::vector<Digest>> hashes(int level, std::uint64_t first, std::uint64_t count) = 0;

  // The newest signed checkpoint. There is always one.
  virtual Result<std::string> checkpoint() = 0;
  // Checkpoints of size >= from_size, smallest first, at most `limit`.
  virtual Result<std::vector<StoredCheckpoint>> checkpoints(std::uint64_t from_size, std::size_t limit) = 0;
};

}  // namespace greenlang::ledger
