// Writes a ledger of n entries and all that it publishes into a directory, for the check by an independent
// implementation (ledgercheck/main.go):
//
//   verifier           the verifier key
//   checkpoint         the newest signed note
//   entries            one body a line
//   inclusion          a JSON line a proof: {"index": 3, "size": 10, "path": ["<base64>", ...]}
//   consistency        a JSON line a proof: {"old": 3, "old_root": "<base64>", "size": 10, "path": [...]}
//   tile/...           every tile of that size, by its path
//
//   export_ledger <new directory> <entries>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "adapters/sqlite/sqlite_store.hpp"
#include "base/text.hpp"
#include "ledger/log.hpp"
#include "ledger/merkle.hpp"

namespace {

using namespace greenlang;
namespace fs = std::filesystem;

template <class T>
T need(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "export_ledger: %s\n", result.error().message.c_str());
    std::exit(1);
  }
  return std::move(*result);
}

void write_file(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string path_json(const std::vector<Digest>& path) {
  std::string out = "[";
  for (const Digest& hash : path) out += (out.size() > 1 ? ",\"" : "\"") + to_base64(hash) + "\"";
  return out + "]";
}

class Quiet final : public ledger::Sink {
 public:
  void committed(std::span<const ledger::Done> done) noexcept override {
    for (const ledger::Done& one : done) {
      if (!one.result) std::abort();
    }
  }
};

std::vector<Digest> append_entries(ledger::Log& log, std::uint64_t count, const fs::path& out) {
  Sha256 hash;
  Quiet sink;
  std::vector<Digest> leaves;
  std::string lines;
  for (std::uint64_t i = 0; i < count; ++i) {
    ledger::NewEntry entry;
    entry.body = "{\"input\":{\"n\":" + std::to_string(i) + "},\"tool\":\"export\"}";
    entry.leaf = ledger::leaf_hash(hash, entry.body);
    leaves.push_back(entry.leaf);
    lines += entry.body + "\n";
    // Through the queue, so that transactions have all sorts of sizes.
    while (!log.submit(std::move(entry), sink, i)) std::this_thread::yield();
  }
  log.stop();
  write_file(out / "entries", lines);
  return leaves;
}

void write_proofs(ledger::Log& log, const std::vector<Digest>& leaves, const fs::path& out) {
  const std::uint64_t size = leaves.size();
  const std::uint64_t step = std::max<std::uint64_t>(1, size / 200);
  const auto sampled = [&](std::uint64_t i) { return i % step == 0 || i + 3 >= size; };
  std::string inclusion, consistency;
  for (std::uint64_t i = 0; i < size; ++i) {
    if (!sampled(i)) continue;
    const ledger::Proof proof = need(log.prove(i));
    inclusion += "{\"index\":" + std::to_string(i) + ",\"size\":" + std::to_string(proof.size) +
                 ",\"path\":" + path_json(proof.path) + "}\n";
    const std::uint64_t old_size = i + 1;
    const Digest old_root = ledger::tree_root(std::span(leaves).first(old_size));
    consistency += "{\"old\":" + std::to_string(old_size) + ",\"old_root\":\"" + to_base64(old_root) +
                   "\",\"size\":" + std::to_string(size) +
                   ",\"path\":" + path_json(need(log.prove_consistency(old_size, size))) + "}\n";
  }
  write_file(out / "inclusion", inclusion);
  write_file(out / "consistency", consistency);
}

void write_tiles(ledger::Log& log, const fs::path& out) {
  std::uint64_t nodes = log.size();
  for (int level = 0; nodes > 0; ++level, nodes /= ledger::kTileWidth) {
    for (std::uint64_t first = 0; first < nodes; first += ledger::kTileWidth) {
      const auto width = static_cast<int>(std::min<std::uint64_t>(ledger::kTileWidth, nodes - first));
      const ledger::TileId tile{level, first / ledger::kTileWidth, width};
      write_file(out / ledger::tile_path(tile), need(log.tile(tile)));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: export_ledger <new directory> <entries>\n"), 2;
  const fs::path out = argv[1];
  SystemClock clock;
  ledger::Log log(need(adapters::sqlite::open_store(out / "store", "export.example/log")), clock);
  const std::vector<Digest> leaves = append_entries(log, std::strtoull(argv[2], nullptr, 10), out);
  need(log.verify());
  write_file(out / "verifier", log.verifier_text() + "\n");
  write_file(out / "checkpoint", need(log.checkpoint()));
  write_proofs(log, leaves, out);
  write_tiles(log, out);
}
