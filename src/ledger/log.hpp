// A log in use: many threads append, one writer thread commits. The writer takes everything that waits as
// one transaction (group commit), so that the price of making data durable is shared, and the busier the log
// is the more share it. An entry is acknowledged only after its transaction is durable.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "ledger/store.hpp"
#include "ledger/tile.hpp"
#include "ledger/verify.hpp"

namespace greenlang::ledger {

struct Done {
  std::uint64_t token = 0;  // as given to submit()
  Result<Appended> result;
};

// Receives what became of submitted entries. committed() is called on the writer's thread, once for each
// transaction and sink, in the order of submit(); it must be quick (hand over and return) and must not
// call the log. The sink must live until the last of its entries is answered.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void committed(std::span<const Done> done) noexcept = 0;
};

// An entry on its way into the log; the token comes back with its result.
struct Submission {
  NewEntry entry;
  std::uint64_t token = 0;
};

// kTooLarge when the entry is over a limit of ledger/store.hpp.
Result<void> check_limits(const NewEntry& entry);

struct LogOptions {
  std::size_t max_queue = 65536;  // entries that may wait for the writer
  std::size_t max_batch = 4096;   // entries in one transaction
};

// An offline proof that an entry is in the log: check the note's signature, parse the checkpoint, then
// verify_inclusion(leaf_hash(body), index, size, path, checkpoint root).
struct Proof {
  std::uint64_t index = 0;
  std::uint64_t size = 0;
  std::vector<Digest> path;
  std::string checkpoint;  // the signed note of exactly `size`
};

// Thread-safe. The clock must outlive the log.
class Log {
 public:
  using Options = LogOptions;
  using Proof = ledger::Proof;

  Log(std::unique_ptr<Store> store, const Clock& clock, Options options = {});
  ~Log();  // stops
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Queues an entry; the sink hears of it. On an error nothing was queued, the sink will not be called and
  // `entry` is untouched: kUnavailable when the queue is full or the log is stopped, kTooLarge over a limit
  // of ledger/store.hpp. After success the sink gets the entry's own result, or the transaction's error.
  Result<void> submit(NewEntry&& entry, Sink& sink, std::uint64_t token);

  // The same for several entries at once: all or none are queued. An event loop that gathers the entries of one
  // turn pays for one lock, and the writer gets them as one transaction. Each entry must have passed check_limits().
  Result<void> submit(std::span<Submission> submissions, Sink& sink);

  // submit() and wait. For programs; never from an event loop or a sink.
  Result<Appended> append(NewEntry&& entry);

  // kNotFound; kCorrupt when what is stored does not hash to its leaf.
  Result<Record> record(std::uint64_t index);

  // The proof against the newest checkpoint, checked before it is given away. kNotFound for an index that
  // the checkpoint does not cover; kCorrupt when the stored nodes do not prove it.
  Result<Proof> prove(std::uint64_t index);

  // The consistency proof between two sizes of this log; see read_consistency_proof().
  Result<std::vector<Digest>> prove_consistency(std::uint64_t old_size, std::uint64_t new_size);

  // The newest signed checkpoint.
  Result<std::string> checkpoint();
  // 32 * width bytes. kNotFound when the log is not that long; kInvalid for an id out of range.
  Result<std::string> tile(TileId tile);

  const std::string& origin() const { return store_->origin(); }
  const std::string& verifier_text() const { return store_->verifier_text(); }
  std::uint64_t size() const { return store_->size(); }
  // Entries that wait for the writer, for a gauge.
  std::size_t queued() const;

  // Refuses new entries, commits and delivers what is queued, ends the writer. Reading still works.
  void stop();

  // Audits the whole log; see verify_log().
  Result<Verified> verify() { return verify_log(*store_); }

 private:
  struct Route {
    Sink* sink;
    std::uint64_t token;
  };
  struct Queue {
    std::vector<NewEntry> entries;
    std::vector<Route> routes;
  };

  void run();
  void commit(std::span<const NewEntry> entries, std::span<const Route> routes);
  void deliver(std::span<const Route> routes, Result<std::vector<Result<Appended>>>& outcome);

  const std::unique_ptr<Store> store_;
  const Clock& clock_;
  const Options options_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Queue queue_;            // guarded by mutex_
  bool idle_ = false;      // the writer waits on wake_; guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::mutex stop_mutex_;  // one stop() at a time

  std::vector<std::uint32_t> order_;  // the writer's own
  std::vector<Done> done_;            // the writer's own
  std::thread writer_;
};

}  // namespace greenlang::ledger
