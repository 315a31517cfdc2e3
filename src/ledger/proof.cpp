#include "ledger/proof.hpp"

#include <bit>

#include "base/check.hpp"
#include "ledger/note.hpp"
#include "ledger/tile.hpp"

namespace greenlang::ledger {
namespace {

constexpr int kLevelHeight = 8;

Error corrupt(std::string message, std::string path) { return {ErrorCode::kCorrupt, std::move(message), std::move(path)}; }

// A complete subtree is folded from at most 128 nodes of the tile level below it.
Result<Digest> read_complete(Store& store, Sha256& hash, Range range) {
  const int height = std::countr_zero(range.end - range.begin);
  const int level = height / kLevelHeight;
  const std::uint64_t first = range.begin >> (level * kLevelHeight);
  const std::uint64_t count = std::uint64_t{1} << (height % kLevelHeight);
  Result<std::vector<Digest>> nodes = store.hashes(level, first, count);
  if (!nodes) return nodes.error();
  if (nodes->size() != count) return corrupt("the store gave another number of nodes than asked for", "nodes");
  for (std::size_t width = count; width > 1; width /= 2) {
    for (std::size_t i = 0; i < width / 2; ++i) {
      (*nodes)[i] = node_hash(hash, (*nodes)[2 * i], (*nodes)[2 * i + 1]);
    }
  }
  return nodes->front();
}

Result<std::vector<Digest>> read_roots(Store& store, const std::vector<Range>& ranges) {
  std::vector<Digest> roots;
  roots.reserve(ranges.size());
  for (const Range& range : ranges) {
    Result<Digest> root = read_root(store, range);
    if (!root) return root.error();
    roots.push_back(*root);
  }
  return roots;
}

Error too_short(std::uint64_t size, std::uint64_t asked) {
  return {ErrorCode::kNotFound, "the log has " + std::to_string(size) + " entries, not " + std::to_string(asked)};
}

}  // namespace

Result<Digest> read_root(Store& store, Range range) {
  if (range.begin == range.end) return empty_root();
  Sha256 hash;
  std::vector<Digest> complete;  // subtrees from left to right, each smaller than the one before
  for (std::uint64_t begin = range.begin; begin < range.end;) {
    const std::uint64_t length = std::bit_floor(range.end - begin);
    GL_CHECK(begin % length == 0);
    Result<Digest> root = read_complete(store, hash, {begin, begin + length});
    if (!root) return root;
    complete.push_back(*root);
    begin += length;
  }
  Digest root = complete.back();
  for (std::size_t i = complete.size() - 1; i-- > 0;) root = node_hash(hash, complete[i], root);
  return root;
}

Result<std::vector<Digest>> read_inclusion_proof(Store& store, std::uint64_t index, std::uint64_t size) {
  const std::uint64_t entries = store.size();
  if (size > entries) return too_short(entries, size);
  if (index >= size) {
    return Error{ErrorCode::kNotFound, "entry " + std::to_string(index) + " is not in the tree of " + std::to_string(size) + " entries"};
  }
  return read_roots(store, inclusion_ranges(index, size));
}

Result<std::vector<Digest>> read_consistency_proof(Store& store, std::uint64_t old_size, std::uint64_t new_size) {
  if (old_size > new_size) return invalid("", "the old size is greater than the new size");
  const std::uint64_t entries = store.size();
  if (new_size > entries) return too_short(entries, new_size);
  if (old_size == 0) return std::vector<Digest>{};
  return read_roots(store, consistency_ranges(old_size, new_size));
}

Result<CompactTree> read_tree(Store& store, std::uint64_t size) {
  CompactTree tree;
  for (int level = kMaxTileLevel; level >= 0; --level) {
    const int height = level * kLevelHeight;
    const std::uint64_t end = size >> height;
    const std::uint64_t begin = end / kTileWidth * kTileWidth;  // before it the next level has them
    if (begin == end) continue;
    Result<std::vector<Digest>> nodes = store.hashes(level, begin, end - begin);
    if (!nodes) return nodes.error();
    for (const Digest& node : *nodes) tree.append_subtree(height, node);
  }
  GL_CHECK(tree.size() == size);
  return tree;
}

Result<Checkpoint> open_checkpoint(Store& store, const std::string& note) {
  const Result<VerifierKey> verifier = VerifierKey::parse(store.verifier_text());
  if (!verifier) return corrupt("the stored verifier: " + verifier.error().message, "verifier");
  const Result<std::string> text = verifier->open(note);
  if (!text) return corrupt("checkpoint: " + text.error().message, "checkpoints");
  Result<Checkpoint> checkpoint = parse_checkpoint(*text);
  if (!checkpoint) return corrupt(checkpoint.error().message, "checkpoints");
  if (checkpoint->origin != store.origin()) {
    return corrupt("checkpoint: its origin is \"" + checkpoint->origin + "\", not \"" + store.origin() + "\"", "checkpoints");
  }
  return checkpoint;
}

Result<CompactTree> recover_tree(Store& store, std::uint64_t entries) {
  const Result<std::string> note = store.checkpoint();
  if (!note) return note.error();
  const Result<Checkpoint> checkpoint = open_checkpoint(store, *note);
  if (!checkpoint) return checkpoint.error();
  const std::string size = std::to_string(checkpoint->size);
  if (checkpoint->size != entries) {
    return corrupt("the newest checkpoint covers " + size + " entries, but the log holds " + std::to_string(entries),
                   "checkpoints/" + size);
  }
  Result<CompactTree> tree = read_tree(store, entries);
  if (!tree) {
    if (tree.error().code != ErrorCode::kNotFound) return tree;
    return corrupt("a node of the tree is missing: " + tree.error().message, "nodes");
  }
  if (tree->root() != checkpoint->root) {
    return corrupt("the root of the stored nodes differs from checkpoint " + size + "; run verify to find the first broken entry or node",
                   "checkpoints/" + size);
  }
  return tree;
}

}  // namespace greenlang::ledger
