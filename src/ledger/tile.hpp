// Tiles (C2SP tlog-tiles): the tree cut into pieces of 256 hashes, which never change and cache for ever.
// Tile (level, index, width) holds the nodes index*256 ... index*256+width-1 of that level (merkle.hpp),
// 32 bytes each. A full tile has width 256; only the last tile of a level may be narrower.
//
// Path: tile/<level>/<index>[.p/<width>], where the index is written in groups of three digits, all but the
// last led by an x: 1234067 is x001/x234/067.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace greenlang::ledger {

inline constexpr int kTileWidth = 256;
inline constexpr int kMaxTileLevel = 7;  // 256^8 leaves overflow 64 bits; no log has a node there

struct TileId {
  int level = 0;  // 0..kMaxTileLevel
  std::uint64_t index = 0;
  int width = kTileWidth;  // 1..kTileWidth
  bool operator==(const TileId&) const = default;
};

std::string tile_path(TileId tile);

// Exactly what tile_path() writes; anything else is kInvalid (leading zeros, a full tile written as ".p/256",
// wrong groups). There is one path for a tile, so that caches hold it once.
Result<TileId> parse_tile_path(std::string_view path);

}  // namespace greenlang::ledger
