#include "ledger/merkle.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/text.hpp"

namespace greenlang::ledger {
namespace {

constexpr std::uint64_t kLargest = 70;  // every shape of tree up to seven levels

std::vector<Digest> make_leaves(std::uint64_t count) {
  Sha256 hash;
  std::vector<Digest> leaves;
  for (std::uint64_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(hash, "entry " + std::to_string(i)));
  return leaves;
}

// The definitions of RFC 6962 section 2.1, word for word.
using Leaves = std::span<const Digest>;

std::uint64_t naive_k(std::uint64_t n) {
  std::uint64_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
Digest naive_root(Leaves d) {
  if (d.empty()) return sha256("");
  if (d.size() == 1) return d[0];
  const auto k = naive_k(d.size());
  const Digest left = naive_root(d.first(k)), right = naive_root(d.subspan(k));
  std::string bytes("\x01", 1);
  bytes.append(left.begin(), left.end()).append(right.begin(), right.end());
  return sha256(bytes);
}
std::vector<Digest> naive_path(std::uint64_t m, Leaves d) {
  if (d.size() == 1) return {};
  const auto k = naive_k(d.size());
  std::vector<Digest> path = m < k ? naive_path(m, d.first(k)) : naive_path(m - k, d.subspan(k));
  path.push_back(m < k ? naive_root(d.subspan(k)) : naive_root(d.first(k)));
  return path;
}
std::vector<Digest> naive_subproof(std::uint64_t m, Leaves d, bool known) {
  if (m == d.size()) return known ? std::vector<Digest>{} : std::vector<Digest>{naive_root(d)};
  const auto k = naive_k(d.size());
  std::vector<Digest> proof = m <= k ? naive_subproof(m, d.first(k), known) : naive_subproof(m - k, d.subspan(k), false);
  proof.push_back(m <= k ? naive_root(d.subspan(k)) : naive_root(d.first(k)));
  return proof;
}

// Every way to spoil a proof by one hash.
template <class Check> void expect_each_change_fails(std::vector<Digest> proof, const Check& check) {
  for (std::size_t i = 0; i < proof.size(); ++i) {
    proof[i][7] ^= 1;
    EXPECT_FALSE(check(proof));
    proof[i][7] ^= 1;
  }
  proof.push_back(sha256("more"));
  EXPECT_FALSE(check(proof));
  proof.pop_back();
  if (proof.empty()) return;
  std::vector<Digest> shorter(proof.begin() + 1, proof.end());
  EXPECT_FALSE(check(shorter));
  proof.pop_back();
  EXPECT_FALSE(check(proof));
}

TEST(Merkle, RootsOfTheCertificateTransparencyReference) {
  const char* kEntries[] = {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
  const char* kRoots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                          "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                          "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                          "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Sha256 hash;
  CompactTree tree;
  std::vector<Digest> leaves;
  EXPECT_EQ(hex(empty_root()), kRoots[0]);
  EXPECT_EQ(hex(tree.root()), kRoots[0]);
  for (int i = 0; i < 8; ++i) {
    const auto bytes = from_hex(kEntries[i]);
    leaves.push_back(leaf_hash(hash, {reinterpret_cast<const char*>(bytes->data()), bytes->size()}));
    tree.append(leaves.back());
    EXPECT_EQ(hex(tree.root()), kRoots[i + 1]);
    EXPECT_EQ(hex(tree_root(leaves)), kRoots[i + 1]);
  }
}

TEST(Merkle, EveryInclusionProofIsThatOfTheDefinitionAndHolds) {
  const std::vector<Digest> all = make_leaves(kLargest);
  for (std::uint64_t size = 1; size <= kLargest; ++size) {
    const Leaves leaves = Leaves(all).first(size);
    const Digest root = naive_root(leaves);
    for (std::uint64_t index = 0; index < size; ++index) {
      const std::vector<Digest> proof = inclusion_proof(leaves, index);
      ASSERT_EQ(proof, naive_path(index, leaves));
      ASSERT_TRUE(verify_inclusion(leaves[index], index, size, proof, root));
      // An index that proves another entry would let a log show one entry in two places.
      for (std::uint64_t other = 0; other <= size; ++other) {
        ASSERT_EQ(verify_inclusion(leaves[index], other, size, proof, root), other == index);
      }
    }
  }
}

TEST(Merkle, ASpoiledInclusionProofFails) {
  const std::vector<Digest> all = make_leaves(kLargest);
  for (const std::uint64_t size : {1, 2, 3, 7, 8, 9, 33, 64, 70}) {
    const Leaves leaves = Leaves(all).first(size);
    const Digest root = naive_root(leaves);
    for (std::uint64_t index = 0; index < size; ++index) {
      const std::vector<Digest> proof = inclusion_proof(leaves, index);
      expect_each_change_fails(proof, [&](Leaves changed) { return verify_inclusion(leaves[index], index, size, changed, root); });
      Digest leaf = leaves[index];
      leaf[0] ^= 0x80;
      EXPECT_FALSE(verify_inclusion(leaf, index, size, proof, root));
      EXPECT_FALSE(verify_inclusion(leaves[index], index, size, proof, sha256("other root")));
    }
  }
  EXPECT_FALSE(verify_inclusion(all[0], 0, 0, {}, empty_root()));
}

TEST(Merkle, EveryConsistencyProofIsThatOfTheDefinitionAndHolds) {
  const std::vector<Digest> all = make_leaves(kLargest);
  for (std::uint64_t size = 1; size <= kLargest; ++size) {
    const Leaves leaves = Leaves(all).first(size);
    const Digest root = naive_root(leaves);
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      const Digest old_root = naive_root(leaves.first(old_size));
      const std::vector<Digest> proof = consistency_proof(leaves, old_size);
      ASSERT_EQ(proof, naive_subproof(old_size, leaves, true));
      ASSERT_TRUE(verify_consistency(old_size, old_root, size, root, proof));
      expect_each_change_fails(proof, [&](Leaves changed) { return verify_consistency(old_size, old_root, size, root, changed); });
      EXPECT_FALSE(verify_consistency(old_size, sha256("other"), size, root, proof));
      EXPECT_FALSE(verify_consistency(old_size, old_root, size, sha256("other"), proof));
      if (old_size < size) {
        EXPECT_FALSE(verify_consistency(size, root, old_size, old_root, proof));
      }
    }
  }
}

TEST(Merkle, TheEmptyTreeIsConsistentWithEveryTree) {
  const std::vector<Digest> leaves = make_leaves(3);
  EXPECT_TRUE(consistency_proof(leaves, 0).empty());
  EXPECT_TRUE(verify_consistency(0, empty_root(), 3, tree_root(leaves), {}));
  EXPECT_TRUE(verify_consistency(0, empty_root(), 0, empty_root(), {}));
  EXPECT_FALSE(verify_consistency(0, empty_root(), 0, tree_root(leaves), {}));
  EXPECT_FALSE(verify_consistency(0, sha256("x"), 3, tree_root(leaves), {}));
  EXPECT_FALSE(verify_consistency(0, empty_root(), 3, tree_root(leaves), leaves));
}

TEST(CompactTree, GrowsToTheRootOfTheDefinition) {
  const std::vector<Digest> all = make_leaves(600);
  CompactTree tree;
  for (std::uint64_t size = 1; size <= all.size(); ++size) {
    tree.append(all[size - 1]);
    ASSERT_EQ(tree.size(), size);
    ASSERT_EQ(tree.root(), naive_root(Leaves(all).first(size)));
  }
}

TEST(CompactTree, CopiesAreIndependent) {
  const std::vector<Digest> leaves = make_leaves(9);
  CompactTree tree;
  for (int i = 0; i < 5; ++i) tree.append(leaves[i]);
  CompactTree copy = tree;
  for (int i = 5; i < 9; ++i) copy.append(leaves[i]);
  EXPECT_EQ(tree.root(), naive_root(Leaves(leaves).first(5)));
  EXPECT_EQ(copy.root(), naive_root(leaves));
  copy = tree;
  EXPECT_EQ(copy.root(), tree.root());
}

TEST(CompactTree, ReportsTheNodesThatComplete) {
  const std::vector<Digest> leaves = make_leaves(256);
  std::vector<Digest> level_1;
  CompactTree tree;
  std::vector<Node> completed;
  for (int round = 0; round < 256; ++round) {
    for (const Digest& leaf : leaves) tree.append(leaf, &completed);
    level_1.push_back(naive_root(leaves));
    const bool last = round == 255;
    ASSERT_EQ(completed.size(), last ? 2u : 1u);
    EXPECT_EQ(completed[0], (Node{1, static_cast<std::uint64_t>(round), level_1.back()}));
    if (last) {
      EXPECT_EQ(completed[1], (Node{2, 0, naive_root(level_1)}));
    }
    completed.clear();
  }
  // The same tree, built from its subtrees.
  CompactTree coarse;
  for (const Digest& node : level_1) coarse.append_subtree(8, node, &completed);
  EXPECT_EQ(coarse.size(), tree.size());
  EXPECT_EQ(coarse.root(), tree.root());
  ASSERT_EQ(completed.size(), 1u);
  EXPECT_EQ(completed[0].level, 2);
}

}  // namespace
}  // namespace greenlang::ledger
