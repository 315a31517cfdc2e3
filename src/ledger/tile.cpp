#include "ledger/tile.hpp"

#include <charconv>
#include <span>
#include <vector>

#include "base/text.hpp"

namespace greenlang::ledger {
namespace {

// Three groups of digits more than any index of a real log; parsing stays far from overflow.
constexpr std::size_t kMaxGroups = 6;

bool read_digits(std::string_view text, std::uint64_t& value) {
  if (text.empty() || text.size() > 3) return false;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  std::from_chars(text.data(), text.data() + text.size(), value);
  return true;
}

bool read_index(std::span<const std::string_view> groups, std::uint64_t& index) {
  if (groups.empty() || groups.size() > kMaxGroups) return false;
  index = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::string_view group = groups[i];
    if (i + 1 < groups.size()) {
      if (!group.starts_with('x')) return false;
      group.remove_prefix(1);
    }
    std::uint64_t value = 0;
    if (group.size() != 3 || !read_digits(group, value)) return false;
    index = index * 1000 + value;
  }
  return true;
}

}  // namespace

std::string tile_path(TileId tile) {
  std::string index;
  for (std::uint64_t rest = tile.index, group = 0;; ++group) {
    std::string digits = std::to_string(rest % 1000);
    digits.insert(0, 3 - digits.size(), '0');
    index = group == 0 ? digits : "x" + digits + "/" + index;
    rest /= 1000;
    if (rest == 0) break;
  }
  std::string path = "tile/" + std::to_string(tile.level) + "/" + index;
  if (tile.width != kTileWidth) path += ".p/" + std::to_string(tile.width);
  return path;
}

Result<TileId> parse_tile_path(std::string_view path) {
  const auto bad = [] { return invalid("", "not a tile path: expected tile/<level>/<index>[.p/<width>]"); };
  constexpr std::size_t kMaxPathBytes = 64;
  if (path.size() > kMaxPathBytes) return bad();
  std::vector<std::string_view> parts = split(path, '/');
  if (parts.size() < 3 || parts[0] != "tile") return bad();
  std::uint64_t level = 0;
  std::uint64_t width = kTileWidth;
  if (parts[1].size() != 1 || !read_digits(parts[1], level) || level > kMaxTileLevel) return bad();
  if (parts[parts.size() - 2].ends_with(".p")) {
    if (!read_digits(parts.back(), width)) return bad();
    parts.pop_back();
    parts.back().remove_suffix(2);
  }
  TileId tile;
  tile.level = static_cast<int>(level);
  tile.width = static_cast<int>(width);
  if (width < 1 || width > kTileWidth) return bad();
  if (!read_index(std::span<const std::string_view>(parts).subspan(2), tile.index)) return bad();
  // Whatever is left that reads the same but is written otherwise (leading zeros, ".p/256").
  if (tile_path(tile) != path) return bad();
  return tile;
}

}  // namespace greenlang::ledger
