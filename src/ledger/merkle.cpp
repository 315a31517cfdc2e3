#include "ledger/merkle.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.hpp"

namespace greenlang::ledger {
namespace {

constexpr int kLevelHeight = 8;  // a tile level spans 8 levels of the binary tree: 256 = 2^8

Digest root_of(Sha256& hash, std::span<const Digest> leaves) {
  if (leaves.size() == 1) return leaves[0];
  const std::uint64_t split = split_point(leaves.size());
  const Digest left = root_of(hash, leaves.first(split));
  return node_hash(hash, left, root_of(hash, leaves.subspan(split)));
}

std::vector<Digest> roots_of(std::span<const Digest> leaves, std::span<const Range> ranges) {
  Sha256 hash;
  std::vector<Digest> roots;
  roots.reserve(ranges.size());
  for (const Range& range : ranges) {
    roots.push_back(root_of(hash, leaves.subspan(range.begin, range.end - range.begin)));
  }
  return roots;
}

}  // namespace

Digest leaf_hash(Sha256& hash, std::string_view entry) {
  hash.update(std::string_view("\0", 1));
  hash.update(entry);
  return hash.finish();
}

Digest node_hash(Sha256& hash, const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 65> bytes;  // one call of the hash instead of three
  bytes[0] = 1;
  std::memcpy(&bytes[1], left.data(), 32);
  std::memcpy(&bytes[33], right.data(), 32);
  hash.update(std::span<const std::uint8_t>(bytes));
  return hash.finish();
}

Digest empty_root() { return sha256({}); }

CompactTree& CompactTree::operator=(const CompactTree& other) {
  size_ = other.size_;
  count_ = other.count_;
  std::copy_n(other.subtrees_.begin(), count_, subtrees_.begin());
  return *this;
}

void CompactTree::append(const Digest& leaf, std::vector<Node>* completed) { append_subtree(0, leaf, completed); }

void CompactTree::append_subtree(int height, const Digest& subtree_root, std::vector<Node>* completed) {
  GL_CHECK(height >= 0 && height < 63);
  const std::uint64_t step = std::uint64_t{1} << height;
  GL_CHECK(size_ % step == 0 && size_ + step > size_);
  Digest node = subtree_root;
  // Adding 1 to a binary number: every trailing one is a complete subtree that merges with the new one.
  for (int h = height;; ++h) {
    if (completed != nullptr && h > height && h % kLevelHeight == 0) {
      completed->push_back({h / kLevelHeight, size_ >> h, node});
    }
    if ((size_ >> h & 1) == 0) break;
    node = node_hash(hash_, subtrees_[--count_], node);
  }
  subtrees_[count_++] = node;
  size_ += step;
}

Digest CompactTree::root() const {
  if (count_ == 0) return empty_root();
  Digest node = subtrees_[count_ - 1];
  for (int i = count_ - 2; i >= 0; --i) node = node_hash(hash_, subtrees_[i], node);
  return node;
}

std::uint64_t split_point(std::uint64_t n) {
  GL_CHECK(n >= 2);
  return std::bit_floor(n - 1);
}

std::vector<Range> inclusion_ranges(std::uint64_t index, std::uint64_t size) {
  GL_CHECK(index < size);
  std::vector<Range> ranges;
  Range tree{0, size};
  while (tree.end - tree.begin > 1) {  // from the root down; the proof is read from the leaf up
    const std::uint64_t middle = tree.begin + split_point(tree.end - tree.begin);
    if (index < middle) {
      ranges.push_back({middle, tree.end});
      tree.end = middle;
    } else {
      ranges.push_back({tree.begin, middle});
      tree.begin = middle;
    }
  }
  std::reverse(ranges.begin(), ranges.end());
  return ranges;
}

std::vector<Range> consistency_ranges(std::uint64_t old_size, std::uint64_t new_size) {
  GL_CHECK(old_size >= 1 && old_size <= new_size);
  std::vector<Range> ranges;
  Range tree{0, new_size};
  while (tree.end != old_size) {
    const std::uint64_t middle = tree.begin + split_point(tree.end - tree.begin);
    if (old_size <= middle) {
      ranges.push_back({middle, tree.end});
      tree.end = middle;
    } else {
      ranges.push_back({tree.begin, middle});
      tree.begin = middle;
    }
  }
  // When the old tree is a complete left subtree of the new one, the verifier has its root already.
  if (tree.begin != 0) ranges.push_back(tree);
  std::reverse(ranges.begin(), ranges.end());
  return ranges;
}

std::vector<Digest> inclusion_proof(std::span<const Digest> leaves, std::uint64_t index) {
  return roots_of(leaves, inclusion_ranges(index, leaves.size()));
}

std::vector<Digest> consistency_proof(std::span<const Digest> leaves, std::uint64_t old_size) {
  if (old_size == 0) return {};
  return roots_of(leaves, consistency_ranges(old_size, leaves.size()));
}

Digest tree_root(std::span<const Digest> leaves) {
  if (leaves.empty()) return empty_root();
  Sha256 hash;
  return root_of(hash, leaves);
}

bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size, std::span<const Digest> proof, const Digest& root) {
  if (index >= size) return false;
  Sha256 hash;
  std::uint64_t node = index;
  std::uint64_t last = size - 1;  // the last node of the level that we are at
  Digest computed = leaf;
  for (const Digest& sibling : proof) {
    if (last == 0) return false;
    if (node % 2 == 1 || node == last) {
      computed = node_hash(hash, sibling, computed);
      // A last node without a right sibling rises until it is a right child.
      while (node % 2 == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      computed = node_hash(hash, computed, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && computed == root;
}

bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t new_size, const Digest& new_root,
                        std::span<const Digest> proof) {
  if (old_size > new_size) return false;
  if (old_size == 0) return proof.empty() && old_root == empty_root() && (new_size > 0 || new_root == old_root);
  if (old_size == new_size) return proof.empty() && old_root == new_root;
  const bool have_first = std::has_single_bit(old_size);
  if (!have_first && proof.empty()) return false;
  Sha256 hash;
  Digest old_computed = have_first ? old_root : proof[0];
  Digest new_computed = old_computed;
  if (!have_first) proof = proof.subspan(1);
  std::uint64_t node = old_size - 1;
  std::uint64_t last = new_size - 1;
  for (; node % 2 == 1; node >>= 1) last >>= 1;
  for (const Digest& sibling : proof) {
    if (last == 0) return false;
    if (node % 2 == 1 || node == last) {
      old_computed = node_hash(hash, sibling, old_computed);
      new_computed = node_hash(hash, sibling, new_computed);
      while (node % 2 == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      new_computed = node_hash(hash, new_computed, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && old_computed == old_root && new_computed == new_root;
}

}  // namespace greenlang::ledger
