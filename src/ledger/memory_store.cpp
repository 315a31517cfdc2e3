#include "ledger/memory_store.hpp"

#include <algorithm>

namespace greenlang::ledger {

MemoryStore::MemoryStore(SigningKey key) : key_(std::move(key)), verifier_text_(key_.verifier_text()) {
  checkpoints_.push_back({0, sign_checkpoint(tree_, key_)});
}

std::uint64_t MemoryStore::size() const {
  const std::lock_guard lock(mutex_);
  return records_.size();
}

Result<std::vector<Result<Appended>>> MemoryStore::append(std::span<const NewEntry> entries, std::int64_t time_ms) {
  const std::lock_guard lock(mutex_);
  if (failure_) {
    Error error = std::move(*failure_);
    failure_.reset();
    return error;
  }
  std::vector<std::optional<Earlier>> earlier(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].idempotency_key.empty()) continue;
    const auto found = keys_.find({entries[i].caller, entries[i].idempotency_key});
    if (found != keys_.end()) earlier[i] = Earlier{found->second, records_[found->second].leaf};
  }
  plan_batch(tree_, entries, earlier, key_, plan_);
  std::uint64_t index = plan_.first_index;
  for (const std::uint32_t position : plan_.inserted) {
    const NewEntry& entry = entries[position];
    records_.push_back({index, entry.body, entry.leaf, time_ms, entry.caller});
    if (!entry.idempotency_key.empty()) keys_[{entry.caller, entry.idempotency_key}] = index;
    ++index;
  }
  for (const Node& node : plan_.nodes) {
    const auto level = static_cast<std::size_t>(node.level);
    if (nodes_.size() < level) nodes_.resize(level);
    nodes_[level - 1].push_back(node.hash);
  }
  if (!plan_.inserted.empty()) checkpoints_.push_back({plan_.tree.size(), plan_.checkpoint});
  tree_ = plan_.tree;
  return std::move(plan_.results);
}

Result<std::vector<Record>> MemoryStore::records(std::uint64_t first, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  std::vector<Record> out;
  std::size_t bytes = 0;
  for (std::uint64_t i = first; i < records_.size() && i - first < count && bytes < kMaxRecordsBytes; ++i) {
    bytes += records_[i].body.size();
    out.push_back(records_[i]);
  }
  return out;
}

Result<std::vector<Digest>> MemoryStore::hashes(int level, std::uint64_t first, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  const auto row = static_cast<std::size_t>(level);
  const std::uint64_t stored = level == 0 ? records_.size() : row <= nodes_.size() ? nodes_[row - 1].size() : 0;
  if (first > stored || count > stored - first) {
    return Error{ErrorCode::kNotFound, "level " + std::to_string(level) + " has only " + std::to_string(stored) + " nodes"};
  }
  std::vector<Digest> out;
  for (std::uint64_t i = first; i < first + count; ++i) {
    out.push_back(level == 0 ? records_[i].leaf : nodes_[row - 1][i]);
  }
  return out;
}

Result<std::string> MemoryStore::checkpoint() {
  const std::lock_guard lock(mutex_);
  return checkpoints_.back().note;
}

Result<std::vector<StoredCheckpoint>> MemoryStore::checkpoints(std::uint64_t from_size, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<StoredCheckpoint> out;
  for (const StoredCheckpoint& checkpoint : checkpoints_) {
    if (checkpoint.size >= from_size && out.size() < limit) out.push_back(checkpoint);
  }
  return out;
}

void MemoryStore::fail_next(Error error) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(error);
}

}  // namespace greenlang::ledger
