// Brings the ledger's acknowledgements back to an event loop. One object a loop, used on its thread; only
// committed() runs on the ledger's writer thread and hands over with one post a transaction.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "http/server.hpp"
#include "ledger/log.hpp"

namespace greenlang::service {

class Commits final : public ledger::Sink {
 public:
  using Then = std::function<void(const Result<ledger::Appended>&)>;

  Commits(ledger::Log& log, http::Loop& loop) : log_(log), loop_(loop) {}

  // Records the entry; `then` runs on the loop's thread after the commit, or when the log refuses. The entries of one
  // turn of the loop go to the log together.
  void submit(ledger::NewEntry&& entry, Then then);

  void committed(std::span<const ledger::Done> done) noexcept override;

 private:
  void flush();
  void deliver(const std::vector<ledger::Done>& done);
  void answer(std::uint64_t token, const Result<ledger::Appended>& result);

  ledger::Log& log_;
  http::Loop& loop_;
  std::vector<ledger::Submission> turn_;  // of this turn, not yet given to the log
  std::vector<Then> waiting_;             // by token
  std::vector<std::uint64_t> free_;       // tokens to use again
};

}  // namespace greenlang::service
