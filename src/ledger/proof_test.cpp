#include "ledger/proof.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "ledger/memory_store.hpp"

namespace greenlang::ledger {
namespace {

std::unique_ptr<MemoryStore> make_store(std::uint64_t entries) {
  auto store = std::make_unique<MemoryStore>(std::move(*SigningKey::generate("proof.example")));
  Sha256 hash;
  std::vector<NewEntry> batch(entries);
  for (std::uint64_t i = 0; i < entries; ++i) {
    batch[i].body = std::to_string(i);
    batch[i].leaf = leaf_hash(hash, batch[i].body);
  }
  EXPECT_TRUE(store->append(batch, 0).ok());
  return store;
}

std::vector<Digest> leaves_of(MemoryStore& store) {
  std::vector<Digest> leaves;
  for (const Record& record : store.stored_records()) leaves.push_back(record.leaf);
  return leaves;
}

TEST(Proof, EveryProofOutOfAStoreIsThatOfTheLeaves) {
  for (std::uint64_t size = 1; size <= 70; ++size) {
    const auto store = make_store(size);
    const std::vector<Digest> leaves = leaves_of(*store);
    for (std::uint64_t i = 0; i < size; ++i) {
      ASSERT_EQ(*read_inclusion_proof(*store, i, size), inclusion_proof(leaves, i));
      ASSERT_EQ(*read_consistency_proof(*store, i, size), consistency_proof(leaves, i));
    }
    ASSERT_EQ(*read_root(*store, {0, size}), tree_root(leaves));
  }
}

// Sizes that have nodes of the levels 1 and 2.
RC_GTEST_PROP(Proof, HoldsAcrossTileLevels, ()) {
  static const std::unique_ptr<MemoryStore> store = make_store(66'000);
  static const std::vector<Digest> leaves = leaves_of(*store);
  const auto size = *rc::gen::inRange<std::uint64_t>(1, 66'001);
  const auto index = *rc::gen::inRange<std::uint64_t>(0, size);
  const std::span<const Digest> tree = std::span(leaves).first(size);
  RC_ASSERT(*read_inclusion_proof(*store, index, size) == inclusion_proof(tree, index));
  RC_ASSERT(*read_consistency_proof(*store, index, size) == consistency_proof(tree, index));
  RC_ASSERT(read_tree(*store, size)->root() == tree_root(tree));
}

TEST(Proof, BeyondTheLogIsNotFound) {
  const auto store = make_store(5);
  EXPECT_EQ(read_inclusion_proof(*store, 5, 5).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_inclusion_proof(*store, 0, 6).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_inclusion_proof(*store, 0, 0).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_consistency_proof(*store, 1, 6).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_consistency_proof(*store, 4, 3).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(read_tree(*store, 6).error().code, ErrorCode::kNotFound);
}

TEST(Proof, RecoveryFindsTheTreeOfEverySize) {
  for (const std::uint64_t size : {0, 1, 2, 255, 256, 257, 511, 512, 65'535, 65'536, 65'537}) {
    const auto store = make_store(size);
    const Result<CompactTree> tree = recover_tree(*store, size);
    ASSERT_TRUE(tree.ok()) << size << ": " << tree.error().message;
    EXPECT_EQ(tree->root(), tree_root(leaves_of(*store)));
  }
}

TEST(Proof, RecoveryNamesWhatDiffers) {
  const auto recover = [](MemoryStore& store) {
    const Result<CompactTree> tree = recover_tree(store, store.size());
    return tree ? std::string("ok") : tree.error().message;
  };
  const auto broken_leaf = make_store(300);
  broken_leaf->stored_records()[299].leaf[0] ^= 1;
  EXPECT_NE(recover(*broken_leaf).find("differs from checkpoint 300"), std::string::npos);

  const auto broken_node = make_store(300);
  broken_node->stored_nodes()[0][0][31] ^= 1;
  EXPECT_NE(recover(*broken_node).find("differs from checkpoint 300"), std::string::npos);

  const auto missing_node = make_store(300);
  missing_node->stored_nodes().clear();
  EXPECT_NE(recover(*missing_node).find("missing"), std::string::npos);

  const auto cut = make_store(300);
  cut->stored_records().pop_back();
  EXPECT_NE(recover(*cut).find("covers 300 entries, but the log holds 299"), std::string::npos);

  const auto resigned = make_store(300);
  resigned->stored_checkpoints().back().note = sign_checkpoint(*read_tree(*resigned, 300), *SigningKey::generate("proof.example"));
  EXPECT_NE(recover(*resigned).find("no signature of proof.example"), std::string::npos);
}

}  // namespace
}  // namespace greenlang::ledger
