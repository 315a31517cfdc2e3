#include "ledger/tile.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace greenlang::ledger {
namespace {

TEST(Tile, PathsOfTheSpecification) {
  const std::pair<TileId, const char*> kPaths[] = {{{0, 1234067, 256}, "tile/0/x001/x234/067"},
                                                   {{0, 0, 256}, "tile/0/000"},
                                                   {{1, 5, 1}, "tile/1/005.p/1"},
                                                   {{0, 273, 112}, "tile/0/273.p/112"},
                                                   {{0, 1000, 256}, "tile/0/x001/000"},
                                                   {{2, 999, 255}, "tile/2/999.p/255"},
                                                   {{0, 1234067, 12}, "tile/0/x001/x234/067.p/12"},
                                                   {{7, 999999999, 256}, "tile/7/x999/x999/999"}};
  for (const auto& [tile, path] : kPaths) {
    EXPECT_EQ(tile_path(tile), path);
    const Result<TileId> parsed = parse_tile_path(path);
    ASSERT_TRUE(parsed.ok()) << path;
    EXPECT_EQ(*parsed, tile);
  }
}

TEST(Tile, AnythingElseIsRefused) {
  for (const char* bad : {"",
                          "tile",
                          "tile/",
                          "tile/0",
                          "tile/0/",
                          "tile/0/0",
                          "tile/0/00",
                          "tile/0/0000",
                          "tile/00/000",
                          "tile/8/000",
                          "tile/-1/000",
                          "tile/0/x000/000",
                          "tile/0/001/000",
                          "tile/0/x001",
                          "tile/0/x01/000",
                          "tile/0/x001/x000",
                          "tile/0/000.p/256",
                          "tile/0/000.p/0",
                          "tile/0/000.p/01",
                          "tile/0/000.p/257",
                          "tile/0/000.p/",
                          "tile/0/000.p",
                          "tile/0/000.p/1/2",
                          "tile/0/x001.p/000",
                          "/tile/0/000",
                          "tile/0/000/",
                          "tile//000",
                          "Tile/0/000",
                          "tile/0/0a0",
                          "tile/0/+00",
                          "tile/entries/000",
                          "tile/0/x001/x234/067.p/-1",
                          "tile/0/.p/1",
                          "tile/0/x999/x999/x999/x999/x999/x999/x999/999"}) {
    EXPECT_FALSE(parse_tile_path(bad).ok()) << bad;
  }
}

RC_GTEST_PROP(Tile, EveryPathReadsBack, ()) {
  const TileId tile{*rc::gen::inRange(0, kMaxTileLevel + 1), *rc::gen::inRange<std::uint64_t>(0, 1'000'000'000'000),
                    *rc::gen::inRange(1, kTileWidth + 1)};
  const Result<TileId> parsed = parse_tile_path(tile_path(tile));
  RC_ASSERT(parsed.ok());
  RC_ASSERT(*parsed == tile);
}

}  // namespace
}  // namespace greenlang::ledger
