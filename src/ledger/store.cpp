#include "ledger/store.hpp"

#include "ledger/merkle.hpp"

namespace greenlang::ledger {

Result<Record> Store::record(std::uint64_t index) {
  Result<std::vector<Record>> found = records(index, 1);
  if (!found) return found.error();
  const std::string number = std::to_string(index);
  if (found->empty()) {
    if (index < size()) {
      return Error{ErrorCode::kCorrupt, "entry " + number + ": missing", "entries/" + number};
    }
    return Error{ErrorCode::kNotFound, "entry " + number + " does not exist; the log has " + std::to_string(size())};
  }
  Record& record = found->front();
  Sha256 hash;
  if (leaf_hash(hash, record.body) != record.leaf) {
    return Error{ErrorCode::kCorrupt, "entry " + number + ": the body does not hash to its leaf", "entries/" + number};
  }
  return std::move(record);
}

}  // namespace greenlang::ledger
