// Proofs and trees out of a store: reads the few nodes that are needed, never the whole log.
// Thread-safe as far as the store is (its reading functions).
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/merkle.hpp"
#include "ledger/store.hpp"

namespace greenlang::ledger {

// The root of the leaves [begin, end), which must be a range of merkle.hpp's lists or begin at 0.
Result<Digest> read_root(Store& store, Range range);

// The proof that entry `index` is in the tree of `size` leaves. kNotFound when index >= size or when the log
// is shorter than `size`.
Result<std::vector<Digest>> read_inclusion_proof(Store& store, std::uint64_t index, std::uint64_t size);
// The proof that the tree of `new_size` extends that of `old_size`. kNotFound when the log is shorter,
// kInvalid when old_size > new_size.
Result<std::vector<Digest>> read_consistency_proof(Store& store, std::uint64_t old_size, std::uint64_t new_size);

// Rebuilds the growing tree of `size` leaves: at most 255 nodes a level are read.
Result<CompactTree> read_tree(Store& store, std::uint64_t size);

// Opens a note with the store's verifier and checks its origin. kCorrupt, saying what differs.
Result<Checkpoint> open_checkpoint(Store& store, const std::string& note);

// What a store calls when it opens: rebuilds the tree of all entries and compares size and root with the newest
// checkpoint, and that with its signature. kCorrupt, saying what differs; never repairs.
Result<CompactTree> recover_tree(Store& store, std::uint64_t entries);

}  // namespace greenlang::ledger
