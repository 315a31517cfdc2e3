// What parses has a canonical form that parses to itself.
#include <cstdint>
#include <string_view>

#include "base/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenlang;
  auto value = json::parse({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const std::string once = json::canonical(*value);
  auto again = json::parse(once, {.bytes = once.size()});
  GL_CHECK(again.ok());
  GL_CHECK(json::canonical(*again) == once);
  return 0;
}
