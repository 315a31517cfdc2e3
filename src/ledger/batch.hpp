// What one transaction of a log writes, decided before anything is written. Pure, and shared by all stores:
// a store looks up the idempotency keys, calls plan_batch(), writes the plan and, once that is durable,
// adopts plan.tree. If writing fails, its own tree is as it was.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ledger/merkle.hpp"
#include "ledger/note.hpp"
#include "ledger/store.hpp"

namespace greenlang::ledger {

// The entry that a (caller, idempotency key) pair stands for already.
struct Earlier {
  std::uint64_t index = 0;
  Digest leaf{};
};

// Reused from batch to batch, so that its vectors keep their memory.
struct BatchPlan {
  CompactTree tree;  // the tree after the batch
  std::uint64_t first_index = 0;
  std::vector<std::uint32_t> inserted;    // positions in the batch; the i-th gets index first_index + i
  std::vector<Node> nodes;                // of level >= 1, completed by the batch
  std::string checkpoint;                 // signed; empty when nothing is inserted
  std::vector<Result<Appended>> results;  // one for each entry of the batch
};

// `earlier` has one item an entry, or none at all when no entry has a key that was used before.
// Two entries of one batch with the same (caller, key) are treated like two batches.
void plan_batch(const CompactTree& tree, std::span<const NewEntry> entries, std::span<const std::optional<Earlier>> earlier,
                const SigningKey& key, BatchPlan& plan);

// The signed checkpoint of a tree; the origin is the key's name.
std::string sign_checkpoint(const CompactTree& tree, const SigningKey& key);

}  // namespace greenlang::ledger
