// The Merkle tree of RFC 6962 (section 2.1) and RFC 9162: hashes, a growing tree, proofs and their checks.
// Pure: no storage, no signatures. Stored trees are read through ledger/proof.hpp.
//
// MTH({})       = SHA-256()
// MTH({d})      = SHA-256(0x00 || d)
// MTH(D[0:n])   = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n])), k the largest power of two below n
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/sha256.hpp"

namespace greenlang::ledger {

Digest leaf_hash(Sha256& hash, std::string_view entry);
Digest node_hash(Sha256& hash, const Digest& left, const Digest& right);
Digest empty_root();

// The root of a complete subtree of 256^level leaves, the index-th of its level. Level 0 is a leaf.
// These are the hashes that tiles consist of (ledger/tile.hpp) and that stores keep.
struct Node {
  int level = 0;
  std::uint64_t index = 0;
  Digest hash{};
  bool operator==(const Node&) const = default;
};

// A tree that only grows, in O(log n) memory: it keeps the roots of the complete subtrees that make up its
// size, one for each bit set. append() never allocates, except for a node that completes.
// Not thread-safe, not even for two readers: root() uses the object's own hash context.
class CompactTree {
 public:
  CompactTree() = default;
  CompactTree(const CompactTree& other) { *this = other; }
  CompactTree& operator=(const CompactTree& other);

  // Appends a leaf. Every node of level >= 1 that it completes is added to `completed` when given,
  // lower levels first.
  void append(const Digest& leaf, std::vector<Node>* completed = nullptr);
  // Appends a complete subtree of 2^height leaves at once; size() must be a multiple of that.
  void append_subtree(int height, const Digest& subtree_root, std::vector<Node>* completed = nullptr);

  std::uint64_t size() const { return size_; }
  Digest root() const;

 private:
  std::uint64_t size_ = 0;
  int count_ = 0;                    // complete subtrees held, largest first
  std::array<Digest, 64> subtrees_;  // only the first count_ are set
  mutable Sha256 hash_;
};

// A range of leaves [begin, end).
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// Largest power of two below n. n must be at least 2.
std::uint64_t split_point(std::uint64_t n);

// Which subtrees make up a proof, in the order of the proof: the i-th hash of a proof is the root of the
// i-th range. Every proof in this code base is made from these lists. index < size; 1 <= old <= new.
std::vector<Range> inclusion_ranges(std::uint64_t index, std::uint64_t size);
std::vector<Range> consistency_ranges(std::uint64_t old_size, std::uint64_t new_size);

// Proofs over leaf hashes in memory. index must be below leaves.size(), old_size at most leaves.size().
// The consistency proof for old size 0 or the whole size is empty.
std::vector<Digest> inclusion_proof(std::span<const Digest> leaves, std::uint64_t index);
std::vector<Digest> consistency_proof(std::span<const Digest> leaves, std::uint64_t old_size);
Digest tree_root(std::span<const Digest> leaves);

// The checks of RFC 9162 sections 2.1.3.2 and 2.1.4.2. False for any input that does not prove it: they
// take hostile input. An old size of 0 is consistent with everything, given its root and an empty proof.
bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size, std::span<const Digest> proof, const Digest& root);
bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t new_size, const Digest& new_root,
                        std::span<const Digest> proof);

}  // namespace greenlang::ledger
