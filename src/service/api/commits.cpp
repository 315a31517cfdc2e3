#include "service/api/commits.hpp"

#include <memory>
#include <utility>

namespace greenlang::service {

void Commits::submit(ledger::NewEntry&& entry, Then then) {
  std::uint64_t token = waiting_.size();
  if (!free_.empty()) {
    token = free_.back();
    free_.pop_back();
    waiting_[token] = std::move(then);
  } else {
    waiting_.push_back(std::move(then));
  }
  auto queued = log_.submit(std::move(entry), *this, token);
  if (queued) return;
  Then refused = std::exchange(waiting_[token], nullptr);
  free_.push_back(token);
  refused(Result<ledger::Appended>(std::move(queued.error())));
}

void Commits::committed(std::span<const ledger::Done> done) noexcept {
  auto all = std::make_shared<std::vector<ledger::Done>>(done.begin(), done.end());
  loop_.post([this, all] { deliver(*all); });
}

void Commits::deliver(const std::vector<ledger::Done>& done) {
  for (const ledger::Done& one : done) {
    Then then = std::exchange(waiting_[one.token], nullptr);
    free_.push_back(one.token);
    then(one.result);
  }
}

}  // namespace greenlang::service
