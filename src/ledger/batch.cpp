#include "ledger/batch.hpp"

#include <map>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "ledger/checkpoint.hpp"

namespace greenlang::ledger {
namespace {

using KeyOf = std::pair<std::string_view, std::string_view>;  // caller, idempotency key

Result<Appended> replay(const Earlier& earlier, const NewEntry& entry) {
  if (earlier.leaf == entry.leaf) return Appended{earlier.index, true};
  return Error{ErrorCode::kConflict,
               "the idempotency key was used before for a different question (entry " + std::to_string(earlier.index) + ")"};
}

}  // namespace

void plan_batch(const CompactTree& tree, std::span<const NewEntry> entries, std::span<const std::optional<Earlier>> earlier,
                const SigningKey& key, BatchPlan& plan) {
  GL_CHECK(earlier.empty() || earlier.size() == entries.size());
  plan.tree = tree;
  plan.first_index = tree.size();
  plan.inserted.clear();
  plan.nodes.clear();
  plan.checkpoint.clear();
  plan.results.clear();
  plan.results.reserve(entries.size());

  std::map<KeyOf, Earlier> seen;  // keys of this batch; stays empty, and costs nothing, without keys
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const NewEntry& entry = entries[i];
    if (!earlier.empty() && earlier[i].has_value()) {
      plan.results.push_back(replay(*earlier[i], entry));
      continue;
    }
    const std::uint64_t index = plan.tree.size();
    if (!entry.idempotency_key.empty()) {
      const auto [place, fresh] = seen.try_emplace(KeyOf{entry.caller, entry.idempotency_key}, Earlier{index, entry.leaf});
      if (!fresh) {
        plan.results.push_back(replay(place->second, entry));
        continue;
      }
    }
    plan.tree.append(entry.leaf, &plan.nodes);
    plan.inserted.push_back(static_cast<std::uint32_t>(i));
    plan.results.emplace_back(Appended{index, false});
  }
  if (!plan.inserted.empty()) plan.checkpoint = sign_checkpoint(plan.tree, key);
}

std::string sign_checkpoint(const CompactTree& tree, const SigningKey& key) {
  return key.sign(encode(Checkpoint{key.name(), tree.size(), tree.root()}));
}

}  // namespace greenlang::ledger
