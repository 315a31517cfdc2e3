// SHA-256 (FIPS 180-4) over OpenSSL's EVP, with the digest fetched once and the context reused.
// One Sha256 object is for one thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace greenlang {

using Digest = std::array<std::uint8_t, 32>;

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  void update(std::span<const std::uint8_t> bytes);
  // Returns the digest of everything since construction or the last finish(), and starts anew.
  Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Digest sha256(std::string_view bytes);

// Lower-case hex, 64 characters.
std::string hex(const Digest& digest);

}  // namespace greenlang
