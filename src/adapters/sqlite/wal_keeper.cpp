#include "adapters/sqlite/wal_keeper.hpp"

#include <sqlite3.h>

namespace greenlang::adapters::sqlite {
namespace {

constexpr int kMaxPasses = 4;  // each copies what was written during the one before

struct Copied {
  bool ok = false;
  int log_pages = 0;
  int copied_pages = 0;
};

Copied copy_pages(sqlite3* db) {
  Copied out;
  out.ok = sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_PASSIVE, &out.log_pages, &out.copied_pages) == SQLITE_OK;
  return out;
}

}  // namespace

Result<std::unique_ptr<WalKeeper>> WalKeeper::start(Connection& writer, int busy_timeout_ms, WalLimits limits) {
  Result<Connection> own = Connection::open(writer.path(), OpenMode::kReadWrite, busy_timeout_ms);
  if (!own) return own.error();
  // Reading something makes the connection know that the database is in WAL mode.
  if (Result<std::int64_t> read = own->integer("SELECT count(*) FROM ledger"); !read) return read.error();
  return std::unique_ptr<WalKeeper>(new WalKeeper(writer, std::move(*own), limits));
}

WalKeeper::WalKeeper(Connection& writer, Connection own, WalLimits limits) : writer_(writer), own_(std::move(own)), limits_(limits) {
  // Replaces SQLite's own hook, which is what copies at 1000 pages.
  sqlite3_wal_hook(
      writer_.handle(),
      [](void* pages, sqlite3*, const char*, int count) {
    *static_cast<int*>(pages) = count;
    return SQLITE_OK;
      },
      &pages_);
  thread_ = std::thread([this] { run(); });
}

WalKeeper::~WalKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
}

void WalKeeper::after_commit() {
  const State state = state_.load(std::memory_order_acquire);
  if (state == State::kFinish) {
    copy_pages(writer_.handle());
    state_.store(State::kIdle, std::memory_order_relaxed);
    return;
  }
  if (state != State::kIdle || pages_ < limits_.start_pages) return;
  {
    const std::lock_guard lock(mutex_);
    state_.store(State::kCopy, std::memory_order_relaxed);
  }
  wake_.notify_one();
}

void WalKeeper::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || state_.load(std::memory_order_relaxed) == State::kCopy; });
    if (stopping_) return;
    lock.unlock();
    copy();
    lock.lock();
    state_.store(State::kFinish, std::memory_order_release);
  }
}

void WalKeeper::copy() {
  int copied = 0;
  for (int pass = 0; pass < kMaxPasses && !stopping_; ++pass) {
    const Copied now = copy_pages(own_.handle());
    if (!now.ok || now.copied_pages < now.log_pages) return;  // a reader holds it back
    // A pass of few pages was short, so that little was written meanwhile. If writing outruns copying to
    // the end, the writer copies the rest and is slowed to the speed of the disk: the log stays bounded.
    if (now.log_pages - copied <= limits_.rest_pages) return;
    copied = now.copied_pages;
  }
}

}  // namespace greenlang::adapters::sqlite
