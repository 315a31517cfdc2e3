#include "ledger/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.hpp"

namespace greenlang::ledger {
namespace {

Error broken(std::string_view what) { return invalid("", "checkpoint: " + std::string(what)); }

}  // namespace

std::string encode(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + to_base64(checkpoint.root) + "\n";
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  if (!text.ends_with('\n')) return broken("does not end with a newline");
  text.remove_suffix(1);
  const std::vector<std::string_view> lines = split(text, '\n');
  if (lines.size() < 3) return broken("has fewer than three lines");
  if (std::find(lines.begin(), lines.end(), "") != lines.end()) return broken("has an empty line");

  Checkpoint checkpoint;
  checkpoint.origin = lines[0];
  const std::string_view size = lines[1];
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), checkpoint.size);
  if (error != std::errc() || end != size.data() + size.size() || (size.size() > 1 && size[0] == '0')) {
    return broken("line 2 is not a plain decimal size");
  }
  const auto root = from_base64(lines[2]);
  if (!root || root->size() != checkpoint.root.size()) return broken("line 3 is not the base64 of 32 bytes");
  std::copy(root->begin(), root->end(), checkpoint.root.begin());
  return checkpoint;
}

}  // namespace greenlang::ledger
