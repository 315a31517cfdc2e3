#include "service/api/commits.hpp"

#include <memory>
#include <utility>

namespace greenlang::service {

void Commits::submit(ledger::NewEntry&& entry, Then then) {
  if (auto good = ledger::check_limits(entry); !good) return then(std::move(good.error()));
  std::uint64_t token = waiting_.size();
  if (!free_.empty()) {
    token = free_.back();
    free_.pop_back();
    waiting_[token] = std::move(then);
  } else {
    waiting_.push_back(std::move(then));
  }
  turn_.push_back({std::move(entry), token});
  if (turn_.size() == 1) loop_.post([this] { flush(); });
}

void Commits::flush() {
  auto queued = log_.submit(turn_, *this);
  std::vector<ledger::Submission> gone = std::exchange(turn_, {});
  if (!queued) {
    for (const ledger::Submission& one : gone) answer(one.token, Result<ledger::Appended>(queued.error()));
  }
  gone.clear();
  if (turn_.empty()) turn_ = std::move(gone);  // keeps its memory
}

void Commits::committed(std::span<const ledger::Done> done) noexcept {
  auto all = std::make_shared<std::vector<ledger::Done>>(done.begin(), done.end());
  loop_.post([this, all] { deliver(*all); });
}

void Commits::deliver(const std::vector<ledger::Done>& done) {
  for (const ledger::Done& one : done) answer(one.token, one.result);
}

void Commits::answer(std::uint64_t token, const Result<ledger::Appended>& result) {
  Then then = std::exchange(waiting_[token], nullptr);
  free_.push_back(token);
  then(result);
}

}  // namespace greenlang::service
