// Keeps the write-ahead log short without making a commit wait for it. Private to this folder.
//
// SQLite by itself copies the log into the database inside the commit that passes 1000 pages: tens of
// milliseconds for the request that happens to be there. Here a thread with its own connection copies,
// while commits go on; what was written meanwhile is a small rest, which the writer copies between two
// transactions, so that the log starts again from its beginning (it can only when nothing is left to copy).
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "adapters/sqlite/connection.hpp"
#include "base/result.hpp"

namespace greenlang::adapters::sqlite {

struct WalLimits {
  int start_pages = 250;  // the thread begins to copy (2 MB); eight times as many give a p99 seven times as long
  int rest_pages = 64;    // so little that the writer may finish it
};

class WalKeeper {
 public:
  // `writer` must outlive the keeper and belongs to the thread that calls after_commit().
  static Result<std::unique_ptr<WalKeeper>> start(Connection& writer, int busy_timeout_ms, WalLimits limits = {});
  ~WalKeeper();

  // To be called by the writer after each transaction. Failures to copy are not errors of the
  // transaction: the log only grows until copying works again.
  void after_commit();

 private:
  enum class State { kIdle, kCopy, kFinish };

  WalKeeper(Connection& writer, Connection own, WalLimits limits);
  void run();
  void copy();

  Connection& writer_;
  Connection own_;
  const WalLimits limits_;
  int pages_ = 0;  // in the log after the last commit; set by SQLite's hook on the writer's thread
  std::atomic<State> state_{State::kIdle};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace greenlang::adapters::sqlite
