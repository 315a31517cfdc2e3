#include "ledger/log.hpp"

#include <algorithm>
#include <optional>

#include "base/check.hpp"
#include "ledger/merkle.hpp"
#include "ledger/proof.hpp"

namespace greenlang::ledger {
namespace {

// The sink of one blocking append(), on its caller's stack.
class Waiter final : public Sink {
 public:
  void committed(std::span<const Done> done) noexcept override {
    // Notified under the lock: once it is released the waiter may return and this object is gone.
    const std::lock_guard lock(mutex_);
    result_ = done.front().result;
    answered_.notify_one();
  }
  Result<Appended> wait() {
    std::unique_lock lock(mutex_);
    answered_.wait(lock, [this] { return result_.has_value(); });
    return std::move(*result_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable answered_;
  std::optional<Result<Appended>> result_;
};

}  // namespace

Result<void> check_limits(const NewEntry& entry) {
  const auto over = [](const char* what, std::size_t limit) {
    return Error{ErrorCode::kTooLarge, std::string(what) + " is over " + std::to_string(limit) + " bytes"};
  };
  if (entry.body.size() > kMaxBodyBytes) return over("the ledger entry", kMaxBodyBytes);
  if (entry.caller.size() > kMaxCallerBytes) return over("the caller's name", kMaxCallerBytes);
  if (entry.idempotency_key.size() > kMaxIdempotencyKeyBytes) {
    return over("the idempotency key", kMaxIdempotencyKeyBytes);
  }
  return {};
}

Log::Log(std::unique_ptr<Store> store, const Clock& clock, Options options) : store_(std::move(store)), clock_(clock), options_(options) {
  GL_CHECK(store_ != nullptr && options_.max_queue > 0 && options_.max_batch > 0);
  writer_ = std::thread([this] { run(); });
}

Log::~Log() { stop(); }

Result<void> Log::submit(NewEntry&& entry, Sink& sink, std::uint64_t token) {
  if (Result<void> good = check_limits(entry); !good) return good;
  Submission one{std::move(entry), token};
  Result<void> queued = submit(std::span(&one, 1), sink);
  if (!queued) entry = std::move(one.entry);
  return queued;
}

Result<void> Log::submit(std::span<Submission> submissions, Sink& sink) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error{ErrorCode::kUnavailable, "the ledger is shutting down"};
    if (queue_.entries.size() + submissions.size() > options_.max_queue) {
      return Error{ErrorCode::kUnavailable,
                   "the ledger has " + std::to_string(queue_.entries.size()) + " entries waiting; try again later"};
    }
    for (Submission& one : submissions) {
      queue_.entries.push_back(std::move(one.entry));
      queue_.routes.push_back({&sink, one.token});
    }
    // A busy writer looks at the queue by itself; only one that sleeps needs the system call.
    wake = std::exchange(idle_, false);
  }
  if (wake) wake_.notify_one();
  return {};
}

Result<Appended> Log::append(NewEntry&& entry) {
  Waiter waiter;
  if (Result<void> queued = submit(std::move(entry), waiter, 0); !queued) return queued.error();
  return waiter.wait();
}

void Log::run() {
  Queue taken;  // swapped with queue_, so both keep their memory
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      while (queue_.entries.empty() && !stopping_) {
        idle_ = true;
        wake_.wait(lock);
      }
      idle_ = false;
      if (queue_.entries.empty()) return;
      std::swap(taken, queue_);
    }
    const std::span<const NewEntry> entries(taken.entries);
    const std::span<const Route> routes(taken.routes);
    for (std::size_t begin = 0; begin < entries.size(); begin += options_.max_batch) {
      const std::size_t count = std::min(options_.max_batch, entries.size() - begin);
      commit(entries.subspan(begin, count), routes.subspan(begin, count));
    }
    taken.entries.clear();
    taken.routes.clear();
  }
}

void Log::commit(std::span<const NewEntry> entries, std::span<const Route> routes) {
  Result<std::vector<Result<Appended>>> outcome = store_->append(entries, clock_.unix_ms());
  GL_CHECK(!outcome || outcome->size() == entries.size());
  deliver(routes, outcome);
}

void Log::deliver(std::span<const Route> routes, Result<std::vector<Result<Appended>>>& outcome) {
  order_.resize(routes.size());
  for (std::uint32_t i = 0; i < order_.size(); ++i) order_[i] = i;
  // By sink, and within a sink by position: each event loop is called once for each transaction.
  std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return routes[a].sink != routes[b].sink ? std::less<>()(routes[a].sink, routes[b].sink) : a < b;
  });
  for (std::size_t begin = 0; begin < order_.size();) {
    Sink* const sink = routes[order_[begin]].sink;
    std::size_t end = begin;
    done_.clear();
    for (; end < order_.size() && routes[order_[end]].sink == sink; ++end) {
      const std::uint32_t position = order_[end];
      if (outcome) {
        done_.push_back({routes[position].token, std::move((*outcome)[position])});
      } else {
        done_.push_back({routes[position].token, outcome.error()});
      }
    }
    sink->committed(done_);
    begin = end;
  }
}

Result<Record> Log::record(std::uint64_t index) { return store_->record(index); }

Result<Proof> Log::prove(std::uint64_t index) {
  Result<std::string> note = store_->checkpoint();
  if (!note) return note.error();
  const Result<Checkpoint> checkpoint = open_checkpoint(*store_, *note);
  if (!checkpoint) return checkpoint.error();
  Result<std::vector<Digest>> path = read_inclusion_proof(*store_, index, checkpoint->size);
  if (!path) return path.error();
  const Result<std::vector<Digest>> leaf = store_->hashes(0, index, 1);
  if (!leaf) return leaf.error();
  if (!verify_inclusion(leaf->front(), index, checkpoint->size, *path, checkpoint->root)) {
    const std::string number = std::to_string(index);
    return Error{ErrorCode::kCorrupt, "entry " + number + ": the stored nodes do not prove it; run verify", "entries/" + number};
  }
  return Proof{index, checkpoint->size, std::move(*path), std::move(*note)};
}

Result<std::vector<Digest>> Log::prove_consistency(std::uint64_t old_size, std::uint64_t new_size) {
  return read_consistency_proof(*store_, old_size, new_size);
}

Result<std::string> Log::checkpoint() { return store_->checkpoint(); }

Result<std::string> Log::tile(TileId tile) {
  if (tile.level < 0 || tile.level > kMaxTileLevel || tile.width < 1 || tile.width > kTileWidth) {
    return invalid("", "no such tile");
  }
  const std::uint64_t nodes = store_->size() >> (8 * tile.level);
  const auto width = static_cast<std::uint64_t>(tile.width);
  if (tile.index > nodes / kTileWidth || tile.index * kTileWidth + width > nodes) {
    return Error{ErrorCode::kNotFound, "the log does not have " + tile_path(tile) + " yet"};
  }
  const Result<std::vector<Digest>> hashes = store_->hashes(tile.level, tile.index * kTileWidth, width);
  if (!hashes) return hashes.error();
  std::string bytes;
  bytes.reserve(32 * width);
  for (const Digest& hash : *hashes) bytes.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  return bytes;
}

std::size_t Log::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.entries.size();
}

void Log::stop() {
  const std::lock_guard one_at_a_time(stop_mutex_);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (writer_.joinable()) writer_.join();
}

}  // namespace greenlang::ledger
