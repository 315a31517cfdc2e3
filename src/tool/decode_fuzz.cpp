// Decoding any JSON ends, and what it accepts comes back the same after encoding.
#include <cstdint>
#include <string>
#include <string_view>

#include "tool/testing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenlang;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const tool::ObjectType& type = tool::testing::sample_type();
  auto value = json::parse(text, {.bytes = 1 << 16, .depth = 16});
  if (!value) return 0;
  tool::testing::Sample sample;
  Errors errors;
  tool::decode(*value, type, &sample, errors);
  GL_CHECK(errors.size() <= tool::kMostErrors);
  for (const Error& error : errors) GL_CHECK(is_utf8(error.message) && is_utf8(error.path));
  if (!errors.empty()) return 0;
  std::string encoded;
  tool::append_json(encoded, type, &sample, tool::Absent::kOmit);
  auto again = json::parse(encoded, {.bytes = 1 << 20, .depth = 16});
  GL_CHECK(again.ok() && json::canonical(*again) == encoded);
  tool::testing::Sample second;
  tool::decode(*again, type, &second, errors);
  GL_CHECK(errors.empty());
  std::string twice;
  tool::append_json(twice, type, &second, tool::Absent::kOmit);
  GL_CHECK(twice == encoded);
  return 0;
}
