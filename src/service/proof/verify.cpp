#include "service/proof/verify.hpp"

#include <boost/json.hpp>

#include "base/text.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/merkle.hpp"
#include "ledger/note.hpp"
#include "service/proof/entry.hpp"
#include "service/proof/output_file.hpp"
#include "service/proof/recompute.hpp"

namespace greenlang::service {
namespace {

std::string text_of(const json::Value& object, std::string_view name) {
  const json::Value* value = object.is_object() ? object.get_object().if_contains(name) : nullptr;
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Signature and inclusion. Returns false when later checks have no ground.
bool check_log(const Bundle& bundle, std::string_view trusted_key, Verification& out) {
  const std::string_view key_text = trusted_key.empty() ? std::string_view(bundle.key) : trusted_key;
  auto key = ledger::VerifierKey::parse(key_text);
  if (!key) {
    out.add(false, "the log's key", key.error().message);
    return false;
  }
  if (trusted_key.empty())
    out.skip("the key is the log's", "taken from the proof itself: compare " + bundle.key + " with the published one, or give --key");
  else
    out.add(bundle.key == trusted_key, "the key is the log's", bundle.key == trusted_key ? key->name() : "the proof names " + bundle.key);
  auto text = key->open(bundle.checkpoint);
  out.add(text.ok(), "signature of the checkpoint", text ? "Ed25519 by " + key->name() : text.error().message);
  if (!text) return false;
  auto checkpoint = ledger::parse_checkpoint(*text);
  if (!checkpoint) {
    out.add(false, "form of the checkpoint", checkpoint.error().message);
    return false;
  }
  if (checkpoint->origin != key->name()) {
    out.add(false, "the checkpoint is of this log", "it is of " + checkpoint->origin);
    return false;
  }
  Sha256 hash;
  const bool included =
      ledger::verify_inclusion(ledger::leaf_hash(hash, bundle.entry), bundle.index, checkpoint->size, bundle.inclusion, checkpoint->root);
  out.add(included, "the entry is in the log",
          included ? "entry " + std::to_string(bundle.index) + " of " + std::to_string(checkpoint->size)
                   : "the path does not lead to the signed root");
  return included;
}

void check_row(const RowProof& row, const Entry& entry, Verification& out) {
  Sha256 hash;
  const auto root = from_hex(text_of(entry.output, "rows_root"));
  Digest expected{};
  if (root && root->size() == 32) std::copy(root->begin(), root->end(), expected.begin());
  const json::Value* rows = entry.output.is_object() ? entry.output.get_object().if_contains("rows") : nullptr;
  const bool same_rows = rows != nullptr && json::canonical(*rows) == std::to_string(row.rows);
  const bool in_batch =
      root && same_rows && ledger::verify_inclusion(ledger::leaf_hash(hash, row.text), row.number, row.rows, row.path, expected);
  out.add(in_batch, "the row is in the batch",
          in_batch    ? "row " + std::to_string(row.number + 1) + " of " + std::to_string(row.rows)
          : same_rows ? "the path does not lead to the batch's root"
                      : "the batch has another number of rows");
}

void check_calculation(const Entry& entry, const Bundle& bundle, const tool::Agent& agent, Verification& out) {
  const std::string what = "calculated again";
  if (auto able = can_recompute(entry, agent); !able) return out.skip(what, able.error().message);
  if (!entry.is_batch()) {
    auto same = recompute_answer(entry, agent);
    return out.add(same.ok(), what, same ? "the same bytes" : same.error().message);
  }
  if (!bundle.row) return;
  auto same = recompute_row(entry, agent, bundle.row->text);
  if (!same && same.error().code == ErrorCode::kNotFound) return out.skip(what, same.error().message);
  out.add(same.ok(), what, same ? "the same row" : same.error().message);
}

}  // namespace

bool Verification::ok() const {
  for (const Check& check : checks) {
    if (check.state == CheckState::kFailed) return false;
  }
  return true;
}

void Verification::add(bool passed, std::string what, std::string detail) {
  checks.push_back({passed ? CheckState::kPassed : CheckState::kFailed, std::move(what), std::move(detail)});
}

void Verification::skip(std::string what, std::string detail) {
  checks.push_back({CheckState::kSkipped, std::move(what), std::move(detail)});
}

Verification verify_bundle(const Bundle& bundle, std::string_view trusted_key, const tool::Agent& agent) {
  Verification out;
  if (!check_log(bundle, trusted_key, out)) return out;
  auto entry = parse_entry(bundle.entry);
  if (!entry) {
    out.add(false, "form of the entry", entry.error().message);
    return out;
  }
  if (bundle.row) check_row(*bundle.row, *entry, out);
  check_calculation(*entry, bundle, agent, out);
  return out;
}

Verification verify_output(const Bundle& bundle, std::string_view trusted_key, const tool::Agent& agent, int output_fd) {
  Verification out = verify_bundle(bundle, trusted_key, agent);
  auto entry = parse_entry(bundle.entry);
  if (!entry) return out;
  if (!entry->is_batch()) {
    out.add(false, "the proof is of a batch", "it is of a single answer");
    return out;
  }
  const bool recompute = can_recompute(*entry, agent).ok();
  auto file = read_output(*entry, recompute ? &agent : nullptr, output_fd);
  if (!file) {
    out.add(false, "the output file", file.error().message);
    return out;
  }
  const bool same_hash = hex(file->sha256) == text_of(entry->output, "output_sha256");
  out.add(same_hash, "SHA-256 of the output file",
          same_hash ? hex(file->sha256) : "is " + hex(file->sha256) + ", not " + text_of(entry->output, "output_sha256"));
  const bool same_root = hex(file->rows_root) == text_of(entry->output, "rows_root");
  out.add(same_root, "Merkle root over its rows", same_root ? std::to_string(file->rows) + " rows" : "is " + hex(file->rows_root));
  if (recompute) {
    out.add(file->different == 0, "every row calculated again",
            file->different == 0
                ? std::to_string(file->recomputed) + " rows give the same bytes" +
                      (file->malformed > 0 ? "; " + std::to_string(file->malformed) + " malformed rows have no input to calculate" : "")
                : std::to_string(file->different) + " rows differ; the first is row " + std::to_string(file->first_different + 1));
  }
  return out;
}

Result<Bundle> prove_row(const Bundle& batch, int output_fd, std::uint64_t number) {
  auto entry = parse_entry(batch.entry);
  if (!entry) return std::move(entry.error());
  if (!entry->is_batch()) return invalid("", "the proof is of a single answer; it has no rows");
  auto leaves = read_leaves(*entry, output_fd, number);
  if (!leaves) return std::move(leaves.error());
  if (number >= leaves->leaves.size()) {
    return Error{ErrorCode::kNotFound, "the file has " + std::to_string(leaves->leaves.size()) + " rows", ""};
  }
  if (hex(ledger::tree_root(leaves->leaves)) != text_of(entry->output, "rows_root")) {
    return Error{ErrorCode::kCorrupt, "the output file is not the one of the proof: its rows have another root", ""};
  }
  Bundle out = batch;
  out.row = RowProof{std::move(leaves->row), number, leaves->leaves.size(), ledger::inclusion_proof(leaves->leaves, number)};
  return out;
}

}  // namespace greenlang::service
