#include "ledger/verify.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "ledger/merkle.hpp"
#include "ledger/proof.hpp"

namespace greenlang::ledger {
namespace {

constexpr std::uint64_t kEntriesARead = 256;
constexpr std::size_t kCheckpointsARead = 256;

// What can be broken: its word in the message and its folder in the path.
struct Kind {
  const char* word;
  const char* folder;
};
constexpr Kind kEntry{"entry ", "entries/"};
constexpr Kind kNode{"node ", "nodes/"};
constexpr Kind kCheckpoint{"checkpoint ", "checkpoints/"};

Error corrupt(const Kind& kind, const std::string& id, const std::string& what) {
  return {ErrorCode::kCorrupt, kind.word + id + ": " + what, kind.folder + id};
}

// Walks through entries, nodes and checkpoints side by side, with the tree recomputed so far.
class Audit {
 public:
  Audit(Store& store, std::uint64_t size) : store_(store), size_(size) {}

  Result<Verified> run() {
    if (Result<void> good = check_checkpoints(); !good) return good.error();  // that of the empty log
    while (tree_.size() < size_) {
      const Result<std::vector<Record>> records = store_.records(tree_.size(), std::min(kEntriesARead, size_ - tree_.size()));
      if (!records) return records.error();
      if (records->empty()) return corrupt(kEntry, std::to_string(tree_.size()), "missing");
      for (const Record& record : *records) {
        if (Result<void> good = check_entry(record); !good) return good.error();
      }
    }
    return Verified{tree_.size(), checkpoints_, tree_.root()};
  }

 private:
  Result<void> check_entry(const Record& record) {
    const std::string index = std::to_string(tree_.size());
    if (record.index != tree_.size()) return corrupt(kEntry, index, "missing");
    const Digest leaf = leaf_hash(hash_, record.body);
    if (leaf != record.leaf) return corrupt(kEntry, index, "the body does not hash to its leaf");
    completed_.clear();
    tree_.append(leaf, &completed_);
    for (const Node& node : completed_) {
      if (Result<void> good = check_node(node); !good) return good;
    }
    return check_checkpoints();
  }

  Result<void> check_node(const Node& node) {
    const std::string id = std::to_string(node.level) + "/" + std::to_string(node.index);
    const Result<std::vector<Digest>> stored = store_.hashes(node.level, node.index, 1);
    if (!stored) {
      if (stored.error().code == ErrorCode::kUnavailable) return stored.error();
      return corrupt(kNode, id, "missing");
    }
    if (stored->front() != node.hash) return corrupt(kNode, id, "differs from the entries below it");
    return {};
  }

  // Checks every checkpoint of the tree's present size; reads further ones when it has none left.
  Result<void> check_checkpoints() {
    if (next_ == read_.size() && !all_read_) {
      Result<std::vector<StoredCheckpoint>> more = store_.checkpoints(from_size_, kCheckpointsARead);
      if (!more) return more.error();
      read_ = std::move(*more);
      next_ = 0;
      all_read_ = read_.size() < kCheckpointsARead;
      if (!read_.empty()) from_size_ = read_.back().size + 1;
    }
    if (next_ == read_.size() || read_[next_].size > tree_.size()) return {};
    const StoredCheckpoint& stored = read_[next_++];
    const std::string size = std::to_string(stored.size);
    const Result<Checkpoint> checkpoint = open_checkpoint(store_, stored.note);
    if (!checkpoint) return corrupt(kCheckpoint, size, checkpoint.error().message);
    if (checkpoint->size != tree_.size()) return corrupt(kCheckpoint, size, "its size differs from its place");
    if (checkpoint->root != tree_.root()) return corrupt(kCheckpoint, size, "its root differs from the entries");
    ++checkpoints_;
    return {};
  }

  Store& store_;
  const std::uint64_t size_;
  Sha256 hash_;
  CompactTree tree_;
  std::vector<Node> completed_;
  std::vector<StoredCheckpoint> read_;
  std::size_t next_ = 0;
  bool all_read_ = false;
  std::uint64_t from_size_ = 0;
  std::uint64_t checkpoints_ = 0;
};

}  // namespace

Result<Verified> verify_log(Store& store) {
  // Before the checkpoint: they are written together, so a checkpoint read later covers at least these.
  const std::uint64_t entries = store.size();
  const Result<std::string> note = store.checkpoint();
  if (!note) return note.error();
  const Result<Checkpoint> newest = open_checkpoint(store, *note);
  if (!newest) return newest.error();
  if (newest->size < entries) {
    return corrupt(kCheckpoint, std::to_string(newest->size), "the newest, but the log holds " + std::to_string(entries) + " entries");
  }
  return Audit(store, newest->size).run();
}

}  // namespace greenlang::ledger
