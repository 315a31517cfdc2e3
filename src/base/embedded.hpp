// Files that the build puts into the binary (cmake/greenlang.cmake, greenlang_embed).
// For each layer that embeds files the build makes `files_<target>()`, listed in path order.
#pragma once

#include <span>
#include <string_view>

namespace greenlang::embedded {

struct File {
  std::string_view path;  // inside the repository: "data/fuel/fuels.csv"
  std::string_view bytes;
};

}  // namespace greenlang::embedded
