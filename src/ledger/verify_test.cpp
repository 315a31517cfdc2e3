#include "ledger/verify.hpp"

#include <gtest/gtest.h>

#include "ledger/memory_store.hpp"

namespace greenlang::ledger {
namespace {

constexpr int kBatches = 30;
constexpr int kEntriesABatch = 20;  // 600 entries: two complete nodes of level 1

std::unique_ptr<MemoryStore> make_store() {
  auto store = std::make_unique<MemoryStore>(std::move(*SigningKey::generate("verify.example")));
  Sha256 hash;
  for (int batch = 0; batch < kBatches; ++batch) {
    std::vector<NewEntry> entries(kEntriesABatch);
    for (int i = 0; i < kEntriesABatch; ++i) {
      entries[i].body = std::to_string(batch * kEntriesABatch + i);
      entries[i].leaf = leaf_hash(hash, entries[i].body);
    }
    EXPECT_TRUE(store->append(entries, batch).ok());
  }
  return store;
}

// The path of the first broken thing, or "ok".
std::string verdict(MemoryStore& store) {
  const Result<Verified> verified = verify_log(store);
  if (verified) return "ok";
  EXPECT_EQ(verified.error().code, ErrorCode::kCorrupt);
  return verified.error().path;
}

TEST(Verify, AWholeLogHolds) {
  const auto store = make_store();
  const Result<Verified> verified = verify_log(*store);
  ASSERT_TRUE(verified.ok()) << verified.error().message;
  EXPECT_EQ(verified->entries, 600u);
  EXPECT_EQ(verified->checkpoints, 31u);  // with that of the empty log
}

TEST(Verify, AnEmptyLogHolds) {
  MemoryStore store(std::move(*SigningKey::generate("verify.example")));
  const Result<Verified> verified = verify_log(store);
  ASSERT_TRUE(verified.ok());
  EXPECT_EQ(verified->entries, 0u);
  EXPECT_EQ(verified->root, empty_root());
}

TEST(Verify, NamesTheFirstBrokenThing) {
  const auto body = make_store();
  body->stored_records()[17].body[0] ^= 1;
  body->stored_records()[18].body[0] ^= 1;
  EXPECT_EQ(verdict(*body), "entries/17");

  const auto leaf = make_store();
  leaf->stored_records()[599].leaf[31] ^= 1;
  EXPECT_EQ(verdict(*leaf), "entries/599");

  const auto node = make_store();
  node->stored_nodes()[0][1][5] ^= 1;
  EXPECT_EQ(verdict(*node), "nodes/1/1");

  const auto missing_node = make_store();
  missing_node->stored_nodes()[0].pop_back();
  EXPECT_EQ(verdict(*missing_node), "nodes/1/1");

  const auto missing = make_store();
  missing->stored_records().erase(missing->stored_records().begin() + 40);
  EXPECT_EQ(verdict(*missing), "entries/40");

  const auto cut = make_store();
  cut->stored_records().resize(590);
  EXPECT_EQ(verdict(*cut), "entries/590");
}

TEST(Verify, ARewrittenEntryContradictsTheCheckpoints) {
  const auto store = make_store();
  Sha256 hash;
  Record& record = store->stored_records()[25];
  record.body = "forged";
  record.leaf = leaf_hash(hash, record.body);  // consistent in itself
  EXPECT_EQ(verdict(*store), "checkpoints/40");
}

TEST(Verify, EveryCheckpointIsChecked) {
  for (const std::size_t place : {0, 1, 15, 30}) {
    const auto store = make_store();
    std::string& note = store->stored_checkpoints()[place].note;
    note[note.size() - 10] ^= 1;
    const std::string path = verdict(*store);
    EXPECT_EQ(path.rfind("checkpoints", 0), 0u) << path;
  }
  const auto uncovered = make_store();
  uncovered->stored_checkpoints().pop_back();
  EXPECT_EQ(verdict(*uncovered), "checkpoints/580");

  const auto exchanged = make_store();
  exchanged->stored_checkpoints()[3].note = exchanged->stored_checkpoints()[4].note;
  EXPECT_EQ(verdict(*exchanged), "checkpoints/60");
}

}  // namespace
}  // namespace greenlang::ledger
