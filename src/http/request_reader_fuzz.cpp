// Hostile bytes into the request reader: it must not crash, must keep its limits, and must say the
// same about the same bytes however they are cut.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/check.hpp"
#include "http/request_reader.hpp"

namespace {

using greenlang::http::RequestReader;

// Everything the reader said, as text. The first byte of the input chooses the kind of body.
std::string story(std::string_view bytes, std::size_t step, bool streamed) {
  RequestReader reader({1024, 16, 256});
  std::string said;
  const auto run = [&] {
    for (;;) {
      switch (reader.next()) {
        case RequestReader::Event::kNeedMore: return true;
        case RequestReader::Event::kHead:
          said += std::string(reader.request().method) + ' ' + std::string(reader.request().target);
          for (const auto& field : reader.request().fields) {
            said += '\n' + std::string(field.name) + '=' + std::string(field.value);
          }
          said += "\n[";
          streamed ? reader.stream_body(512) : reader.collect_body(512);
          break;
        case RequestReader::Event::kBody: said += reader.piece(); break;
        case RequestReader::Event::kEnd:
          said += reader.request().body;
          said += "]\n";
          reader.begin_next();
          break;
        case RequestReader::Event::kFailed: said += std::to_string(reader.status()); return false;
      }
    }
  };
  while (!bytes.empty()) {
    const auto space = reader.space();
    const std::size_t size = std::min({step, bytes.size(), space.size()});
    std::memcpy(space.data(), bytes.data(), size);
    reader.received(size);
    bytes.remove_prefix(size);
    if (!run()) break;
  }
  return said;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool streamed = data[0] & 1;
  const std::string whole = story(bytes, bytes.size(), streamed);
  GL_CHECK(whole == story(bytes, 1, streamed));
  GL_CHECK(whole == story(bytes, 7, streamed));
  return 0;
}
